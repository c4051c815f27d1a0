/**
 * What Office.js takes from MicrosoftAjax.js, which it would fetch from a CDN and without which it never becomes ready
 * offline. With these few names in place it asks for nothing. To be called before Office.js is loaded.
 */
export function installMicrosoftAjaxShim(): void {
  const nothing = (): void => undefined;
  const isValid = (): null => null;
  const type: object = Function;
  Object.assign(type, {
    registerNamespace: (name: string) => {
      if (!(name in window)) Reflect.set(window, name, {});
    },
    registerClass: nothing,
    _validateParams: isValid,
    _validateParameter: isValid,
  });
  Object.defineProperty(Function.prototype, "registerClass", { value: nothing, configurable: true });
  Reflect.set(window, "Type", type);
  Reflect.set(window, "Sys", {
    Debug: { trace: nothing },
    StringBuilder: class {
      readonly #parts: string[] = [];
      append(part: unknown): void {
        this.#parts.push(String(part));
      }
      toString(): string {
        return this.#parts.join("");
      }
    },
    Serialization: {
      JavaScriptSerializer: {
        serialize: (value: unknown) => JSON.stringify(value),
        deserialize: (text: string): unknown => JSON.parse(text),
      },
    },
  });
}
