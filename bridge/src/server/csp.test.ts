import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { inlineHashes } from "./csp.js";

const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

it("returns the hash of each script and style within the page, and none of files", () => {
  const html = `<script>a</script><script type=module>
b </script><SCRIPT src="c.js"></SCRIPT><script defer src=d.js></script><style media=print>e{}</style><p title="<b>">f</p>`;
  expect(inlineHashes(html)).toEqual({ scripts: [hash("a"), hash("\nb ")], styles: [hash("e{}")] });
});

it("normalizes line ends as browsers do", () => {
  expect(inlineHashes("<script>a\r\nb\rc</script>").scripts).toEqual([hash("a\nb\nc")]);
});

it("returns nothing for a page without inline scripts and styles", () => {
  for (const html of ["", "<script src=a.js></script>", "<p>script</p>"])
    expect(inlineHashes(html)).toEqual({ scripts: [], styles: [] });
});
