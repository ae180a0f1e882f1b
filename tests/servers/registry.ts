/** A registry for images in a server, which asks for no password, and images whose tag moves in it. */
import { bootServer, furnished, type Release, type Server } from "./server.ts";

/** Where it listens. */
export const REGISTRY = "127.0.0.1:5000";
/** The name that the tests' applications run. */
export const WEB = `${REGISTRY}/pets/web:1`;

/** Boots a server with a registry of its own. */
export async function bootWithRegistry(release: Release, name: string): Promise<Server> {
  const server = await bootServer({ release: furnished(release), name });
  await server.writeFile(
    "/etc/docker/registry/config.yml",
    `version: 0.1
storage: { filesystem: { rootdirectory: /var/lib/docker-registry } }
http: { addr: "${REGISTRY}" }
`,
  );
  await server.run(["systemctl", "restart", "docker-registry"]);
  return server;
}

/** Lets a user's podman fetch from the registry, which has no certificate; also what has a short name. */
export async function useRegistry(server: Server, user = "app"): Promise<void> {
  await server.writeFile(
    ".config/containers/registries.conf",
    `unqualified-search-registries = ["${REGISTRY}"]\n[[registry]]\nlocation = "${REGISTRY}"\ninsecure = true\n`,
    { user },
  );
}

/** Makes an image of localhost/busybox that says in its label, and in $VERSION, which one it is, and pushes it under `name`; what names mean here stays. */
export async function publish(server: Server, label: string, name = WEB): Promise<void> {
  const build = `made=localhost/made
    printf 'FROM localhost/busybox\nLABEL version=%s\nENV VERSION=%s\n' "$1" "$1" | podman build -q --tag $made - &&
    podman push -q $made "$2" && podman rmi $made`;
  await server.run(["sh", "-ec", build, "sh", label, name], { user: "app" });
}

/** Starts or stops the registry; returns once it answers, or is gone. */
export async function registryIs(server: Server, verb: "start" | "stop"): Promise<void> {
  await server.run(["systemctl", verb, "docker-registry"]);
  const done = verb === "start" ? "curl -fs" : "! curl -fs";
  await server.run(["sh", "-c", `until ${done} http://${REGISTRY}/v2/ >/dev/null; do sleep 0.1; done`]);
}

/** What `podman ARGS…` of the user says. */
export async function podman(server: Server, ...args: readonly string[]): Promise<string> {
  return (await server.run(["podman", ...args], { user: "app" })).stdout.trim();
}

/** Returns the id of the image that a name means here. */
export async function imageOf(server: Server, name = WEB): Promise<string> {
  return await podman(server, "image", "inspect", "--format", "{{.Id}}", name);
}
