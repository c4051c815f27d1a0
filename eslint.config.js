// @ts-check
import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import { createNodeResolver, importX } from "eslint-plugin-import-x";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";
import { boundaryConfigs } from "./tools/module-boundaries.mjs";

const TESTS = ["**/*.test.ts", "test/**/*.ts", "bench/**/*.ts", "vitest.config.ts"];
const JAVASCRIPT = ["**/*.js", "**/*.mjs"];
/** Runs in Internet Explorer's engine. */
const ES5 = ["addin/src/old-webview.js"];

export default defineConfig(
  globalIgnores(["dist/", "build/", ".cache/", "node_modules/"]),
  {
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: "error" },
    plugins: { "import-x": importX },
    settings: {
      "import-x/resolver-next": [
        createNodeResolver({ extensionAlias: { ".js": [".ts", ".js"] }, extensions: [".ts", ".js", ".json"] }),
      ],
      "import-x/parsers": { "@typescript-eslint/parser": [".ts"] },
    },
  },
  js.configs.recommended,
  { ignores: ES5, extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked] },
  {
    ignores: ES5,
    languageOptions: {
      parserOptions: {
        project: ["./shared/tsconfig.json", "./bridge/tsconfig.json", "./addin/tsconfig.json", "./tsconfig.test.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      eqeqeq: "error",
      "no-console": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/consistent-type-imports": ["error", { disallowTypeAnnotations: false }],
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "import-x/no-cycle": "error",
      "import-x/no-self-import": "error",
      "import-x/no-duplicates": "error",
      "import-x/no-extraneous-dependencies": ["error", { devDependencies: [...TESTS, ...JAVASCRIPT, "addin/**"] }],
    },
  },
  {
    // JavaScript with JSDoc types, which tsc checks. Type-aware rules apply to TypeScript only.
    files: JAVASCRIPT,
    ignores: ES5,
    extends: [tseslint.configs.disableTypeChecked],
    rules: { "no-undef": "off", "@typescript-eslint/explicit-module-boundary-types": "off" },
  },
  {
    files: ES5,
    languageOptions: {
      ecmaVersion: 5,
      sourceType: "script",
      globals: { window: true, document: true },
    },
  },
  ...boundaryConfigs(),
  prettier,
);
