declare module "node-gyp-build" {
  /** Finds the built module of the package in `folder`, and loads it. */
  function load(folder: string): unknown;
  namespace load {
    /** The file of the built module: build/Release first, then prebuilds. Throws when there is none. */
    function resolve(folder: string): string;
  }
  export = load;
}
