/** The machine as a definition is judged on it: this one, for a user and a server that are nobody's, so that the judgement is the same everywhere. */
import { ReadOnlySystem } from "../host/read_only_system.ts";
import type { Invocation, RunResult, RunWatch, User } from "../host/system.ts";

/** The user that samples are made for. */
export const SAMPLE_USER: User = {
  name: "app",
  uid: 1000,
  gid: 1000,
  home: "/home/app",
  runtimedirectory: "/run/user/1000",
};

/** Says that it is the sample user's server; nobody needs a home directory to run anything in. */
export class SampleSystem extends ReadOnlySystem {
  override get user(): User {
    return SAMPLE_USER;
  }

  override get hostname(): string {
    return "server";
  }

  override run(invocation: Invocation, watch?: RunWatch): Promise<RunResult> {
    return super.run({ directory: "/", ...invocation }, watch);
  }
}
