/** What an upgrade would do, as scripts read it. Pure. */
import type { UpgradePreview } from "./upgrade_preview.ts";

/** Returns what `ppm upgrade --json` prints. Names, once released, stay. */
export function upgradeToJson(preview: UpgradePreview): unknown {
  throw new Error(`not yet ${preview}`);
}
