import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import { ahead } from './tools/ahead.ts'

const path = (file: string) => fileURLToPath(new URL(file, import.meta.url))

export default defineConfig({
  plugins: [react(), ahead()],
  resolve: { alias: { '@': path('./src') } },
  build: {
    target: ['chrome107', 'edge107', 'safari16', 'firefox104'],
    sourcemap: false,
    manifest: true,
    reportCompressedSize: false, // `npm run size` measures what travels
    chunkSizeWarningLimit: 700,
    assetsInlineLimit: 0, // data: URLs would need a wider CSP
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // what floats, and radio buttons, ask for a provider and a helper of antd's forms: the forms themselves, which nobody uses here, stay out
      treeshake: { moduleSideEffects: [{ test: /node_modules[\\/]@rc-component[\\/](form|async-validator)[\\/]/, sideEffects: false }] },
      output: {
        codeSplitting: {
          // a page is a few files: what the entry needs at once, what most pages share (the boxes to type and to choose in), and its own
          groups: [
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/, priority: 30 },
            { name: 'base', tags: ['$initial'], priority: 20 },
            // what hangs over a page: many pages need it that have no boxes
            { name: 'float', test: /node_modules[\\/](@rc-component[\\/](trigger|tooltip|portal|resize-observer)|antd[\\/]es[\\/](tooltip|popover|popconfirm|alert))[\\/]/, priority: 15 },
            { name: 'common', minShareCount: 20, priority: 10 },
          ],
        },
      },
    },
  },
  // the server compares Origin with Host, so the browser's own Host goes through
  server: { port: 5173, proxy: { '/api': { target: process.env.ZHIYIN_URL ?? 'http://127.0.0.1:8080', changeOrigin: false } } },
})
