import { readFileSync } from "node:fs";
import { OfficeAddinManifest } from "office-addin-manifest";
import { PNG } from "pngjs";
import { describe, expect, it } from "vitest";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { checkManifest, PANE_FILES } from "../../tools/lib/check-manifest.mjs";

const xml = readFileSync(fromRoot("manifest.xml"), "utf8");
const problemsOf = (changed: string): string => {
  expect(changed).not.toBe(xml);
  return checkManifest(changed, PANE_FILES).join("\n");
};

describe("manifest.xml", () => {
  it("passes every check", () => {
    expect(checkManifest(xml, PANE_FILES)).toEqual([]);
  });

  it("is accepted by Microsoft's own tool as a mail add-in", async () => {
    const info = await OfficeAddinManifest.readManifestFile(fromRoot("manifest.xml"));
    expect(info).toMatchObject({ officeAppType: "MailApp", defaultLocale: "en-US", permissions: "ReadItem" });
  });

  it("has the version of the package", () => {
    const version = /"version": "([\d.]+)"/.exec(readFileSync(fromRoot("package.json"), "utf8"))?.[1] ?? "none";
    expect(xml).toContain(`<Version>${version}.0</Version>`);
  });

  it("defines the image that the pane's notice in messages uses", () => {
    const code = readFileSync(fromRoot("addin/src/office/compose-notice.ts"), "utf8");
    const id = /const ICON = "([^"]+)"/.exec(code)?.[1];
    expect(xml).toContain(`<bt:Image id="${id}"`);
  });

  it.each([16, 32, 64, 80, 128])("has a non-empty icon of %i pixels with a transparent background", (size) => {
    const { width, height, data } = PNG.sync.read(readFileSync(fromRoot(`addin/icons/icon-${size}.png`)));
    expect([width, height]).toEqual([size, size]);
    const alphas = Array.from({ length: width * height }, (_, index) => data[index * 4 + 3] ?? 0);
    expect(alphas.filter((alpha) => alpha === 255).length).toBeGreaterThan((size * size) / 4);
    expect(alphas.filter((alpha) => alpha === 0).length).toBeGreaterThan((size * size) / 16);
  });
});

describe("checkManifest", () => {
  it.each<[string, (text: string) => string, string]>([
    ["what is not well-formed", (text) => text.replace("</Id>", ""), "not well-formed"],
    ["a missing element", (text) => text.replace(/<ProviderName>.*<\/ProviderName>/, ""), "OfficeApp contains"],
    [
      "elements in another order",
      (text) =>
        text.replace(
          /(<SupportsPinning>true<\/SupportsPinning>)(\s*)(<SupportsNoItemContext>true<\/SupportsNoItemContext>)/,
          "$3$2$1",
        ),
      "Action contains",
    ],
    [
      "an extension point that does not exist",
      (t) => t.replace("MessageReadCommandSurface", "MessageRead"),
      "MessageRead",
    ],
    ["an id that points nowhere", (text) => text.replace('resid="Button.Tip"', 'resid="Button.Hint"'), "not declared"],
    [
      "an id of another kind",
      (text) => text.replace('resid="Button.Tip"', 'resid="Button.Label"'),
      "declared in ShortStrings",
    ],
    ["an id that is too long", (text) => text.replaceAll("Button.Tip", "Button.".padEnd(33, "x")), "longer than 32"],
    [
      "an id that is declared twice",
      (text) => text.replace('<bt:Image id="Icon.32"', '<bt:Image id="Icon.16"'),
      "declared twice",
    ],
    ["an unused resource", (text) => text.replaceAll('resid="Button.Tip"', 'resid="Pane.Url"'), "is not used"],
    [
      "an address without TLS",
      (text) => text.replace("https://localhost:38443/icons/icon-16", "http://localhost:38443/icons/icon-16"),
      "not https",
    ],
    [
      "a second origin",
      (text) => text.replace("https://localhost:38443/icons", "https://localhost:1/icons"),
      "2 different origins",
    ],
    ["a URL that leads nowhere", (text) => text.replace("/taskpane.html", "/pane.html"), "refers to no file"],
    ["a missing icon", (text) => text.replace("icon-64.png", "icon-65.png"), "is not an image"],
    ["an icon of another size than declared", (text) => text.replace("icon-128.png", "icon-64.png"), "not 128 x 128"],
    [
      "a button without a size",
      (text) => text.replace('<bt:Image size="80" resid="Icon.80" />', ""),
      "has the sizes 16,32",
    ],
    [
      "a text without French",
      (text) => text.replace(/<bt:Override Locale="fr-FR" Value="En ligne ou hors connexion" \/>/, ""),
      "no text in fr-FR",
    ],
    [
      "a text that is too long",
      (text) => text.replace("En ligne ou hors connexion", "x".repeat(126)),
      "126 characters",
    ],
    ["a missing pin", (text) => text.replaceAll("<SupportsPinning>true</SupportsPinning>", ""), "SupportsPinning"],
    [
      "a missing pane without an item",
      (t) => t.replace("<SupportsNoItemContext>true</SupportsNoItemContext>", ""),
      "SupportsNoItemContext",
    ],
    [
      "more asked of Outlook than is needed",
      (text) => text.replace('DefaultMinVersion="1.5"', 'DefaultMinVersion="1.13"'),
      "1.13",
    ],
    [
      "the element that would hide the add-in",
      (text) => text.replace("<Hosts>", "<EquivalentAddins/><Hosts>"),
      "must not be declared",
    ],
    ["an id that is not a UUID", (text) => text.replace(/<Id>.*<\/Id>/, "<Id>me</Id>"), "not a UUID"],
  ])("finds %s", (_name, change, problem) => {
    expect(problemsOf(change(xml))).toContain(problem);
  });
});
