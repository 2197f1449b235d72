/// <reference types="vitest/config" />
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { serviceWorker } from "./tools/service_worker";

export default defineConfig({
  plugins: [react(), serviceWorker()],
  build: {
    target: "es2023",
    manifest: true,
    // Nothing goes into the page or the styles as a data: address: the content security policy would refuse a script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { index: "index.html", sw: "src/sw.ts" },
      output: { entryFileNames: ({ name }) => (name === "sw" ? "sw.js" : "assets/[name]-[hash].js") },
    },
  },
  server: {
    // `npm run dev` beside `make run`: pages are made anew as they are written, the API is that of the local stack.
    proxy: { "/api": "http://localhost:8080" },
  },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
