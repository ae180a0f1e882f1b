"""Puts the entry of a hostile user into one state after another, as that user, and lets others look, all at once. For root, in a test server.

Takes the path of a directory with cases.json, a list of {name, script?, loop?, asRoot?, looks}, and NUMBER.content where a case has one. Writes
results.json there: for each case, how each look ended.
"""

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

ENTRY = "/var/lib/ppm/state/evil"
SECONDS = 20
evil = pwd.getpwnam("evil")

LOOP = """import ctypes, fcntl, os, signal, socket, subprocess, time
libc = ctypes.CDLL(None, use_errno=True)
entry, good, canary = "/var/lib/ppm/state/evil", open("/home/evil/good", "rb").read(), "/home/evil/canary"
uid = os.stat("/home/evil").st_uid
state = entry + "/state.yml"
def ready(): os.write(1, b"ready"); os.close(1)
def pause():
    while True: signal.pause()
"""


def who(user):
    """How a program is run as a user, in the surroundings of a login."""
    if user == "root":
        return {"env": {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "LANG": "C.UTF-8"}, "cwd": "/"}
    entry = pwd.getpwnam(user)
    env = {"HOME": entry.pw_dir, "USER": user, "LOGNAME": user, "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8",
           "XDG_RUNTIME_DIR": f"/run/user/{entry.pw_uid}", "GOOD": "/home/evil/good", "OTHER": "/home/evil/other",
           "CANARY": "/home/evil/canary"}
    return {"env": env, "cwd": entry.pw_dir, "user": user, "group": entry.pw_gid, "extra_groups": []}


def look(user, argv):
    """Runs a command; returns how it ended, what it said, how long it took and how much memory its largest process had."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.monotonic()
        child = subprocess.Popen(["timeout", "-k", "1", str(SECONDS), *argv], stdin=subprocess.DEVNULL, stdout=out, stderr=err, **who(user))
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.monotonic() - began
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "backslashreplace"))
    return {"user": user, "argv": argv, "code": os.waitstatus_to_exitcode(status), "stdout": texts[0], "stderr": texts[1],
            "seconds": round(seconds, 3), "megabytes": usage.ru_maxrss // 1024}


def clean():
    """What root does where an entry is to begin anew."""
    for line in reversed(open("/proc/self/mountinfo").read().splitlines()):
        mount = line.split()[4]
        if mount == ENTRY or mount.startswith(ENTRY + "/"):
            subprocess.run(["umount", "-l", mount], check=True)
    shutil.rmtree(ENTRY, ignore_errors=True)
    os.makedirs(ENTRY, mode=0o755)
    os.chmod(ENTRY, 0o755)
    os.chown(ENTRY, evil.pw_uid, evil.pw_gid)


def run(case, content):
    clean()
    hostile = who("evil") | {"cwd": ENTRY}
    if content is not None:
        subprocess.run(["sh", "-c", "cat >state.yml"], input=content, check=True, **hostile)
    if "script" in case:
        subprocess.run(["bash", "-ec", case["script"]], check=True, **hostile)
    loop = None
    if "loop" in case:
        runs_as = who("root") if case.get("asRoot") else hostile
        loop = subprocess.Popen(["python3", "-c", LOOP + case["loop"]], stdout=subprocess.PIPE, start_new_session=True, **runs_as)
        if loop.stdout.read(5) != b"ready":
            raise RuntimeError(case["name"])
    try:
        with ThreadPoolExecutor(len(case["looks"])) as pool:
            return list(pool.map(lambda each: look(each[0], each[1:]), case["looks"]))
    finally:
        if loop:
            os.killpg(loop.pid, signal.SIGKILL)
            loop.wait()


directory = sys.argv[1]
results = []
for at, case in enumerate(json.load(open(f"{directory}/cases.json"))):
    path = f"{directory}/{at}.content"
    results.append(run(case, open(path, "rb").read() if os.path.exists(path) else None))
clean()
json.dump(results, open(f"{directory}/results.json", "w"))
