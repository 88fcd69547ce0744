// The report's script runs in browsers as it stands; everything that ESLint recommends holds for it.
import js from "@eslint/js";

const names = [
  "atob", "Blob", "CSS", "DecompressionStream", "document", "history", "location", "navigator", "requestAnimationFrame", "Response",
  "TextDecoder", "URLSearchParams", "window",
];

export default [
  {
    ...js.configs.recommended,
    files: ["script.js"],
    languageOptions: { ecmaVersion: 2022, sourceType: "script", globals: Object.fromEntries(names.map((name) => [name, "readonly"])) },
    rules: {
      ...js.configs.recommended.rules, complexity: ["error", 10], eqeqeq: "error", "max-lines-per-function": ["error", 60], "max-len": ["error", 140], "no-var": "error", "prefer-const": "error",
    },
  },
];
