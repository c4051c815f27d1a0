import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { within } from "./page-policy.js";

const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

it("names each script and each style that stands in the page by the hash of its text, and no file", () => {
  const html = `<script>a</script><script type=module>
b </script><SCRIPT src="c.js"></SCRIPT><script defer src=d.js></script><style media=print>e{}</style><p title="<b>">f</p>`;
  expect(within(html)).toEqual({ scripts: [hash("a"), hash("\nb ")], styles: [hash("e{}")] });
});

it("reads line ends as a browser does", () => {
  expect(within("<script>a\r\nb\rc</script>").scripts).toEqual([hash("a\nb\nc")]);
});

it("names nothing when nothing stands in the page, or there is no page", () => {
  for (const html of ["", "<script src=a.js></script>", "<p>script</p>"])
    expect(within(html)).toEqual({ scripts: [], styles: [] });
});
