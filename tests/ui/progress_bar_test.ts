import assert from "node:assert/strict";
import { percent, progressBar } from "../../src/ui/progress_bar.ts";

const BAR = {
  text: "Saving",
  done: 512 * 1024,
  total: 1024 * 1024,
  bytesPerSecond: 1024,
  remainingMs: 12_000,
};

Deno.test("progressBar() draws what is done, and says bytes, time left and rate", () => {
  assert.equal(
    progressBar(BAR, 100),
    "Saving [===============>              ]   50%  512 KiB of 1.0 MiB  12 seconds left  1.0 KiB/s",
  );
});

Deno.test("progressBar() fits every width, and gives up the bar before the words, the last words first", () => {
  for (let columns = 1; columns < 120; columns++) assert.ok(progressBar(BAR, columns).length <= columns);
  assert.equal(progressBar(BAR, 50), "Saving   50%  512 KiB of 1.0 MiB  12 seconds left");
  assert.equal(progressBar(BAR, 30), "Saving [=======>       ]   50%");
  assert.equal(progressBar(BAR, 4), "Sav…");
});

Deno.test("progressBar() says nothing of what it does not know", () => {
  assert.equal(progressBar({ text: "Asking", done: 0, total: 0 }, 80), "Asking");
  assert.equal(progressBar({ text: "Saving", done: 2048, total: 0 }, 80), "Saving  2.0 KiB");
});

Deno.test("percent() stays within 0 and 100, and is 100 only at the end", () => {
  assert.equal(percent({ text: "", done: 0, total: 0 }), 0);
  assert.equal(percent({ text: "", done: 999, total: 1000 }), 99);
  assert.equal(percent({ text: "", done: 2000, total: 1000 }), 100);
});
