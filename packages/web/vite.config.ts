import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const server = 'http://127.0.0.1:3000'

export default defineConfig(({ command }) => {
  // A test runner's or a developer's own NODE_ENV must never put React's slow development build into `dist`.
  if (command === 'build') process.env.NODE_ENV = 'production'
  return {
    plugins: [react()],
    build: {
      outDir: 'dist',
      emptyOutDir: true,
      target: 'es2022',
      // A data: address would need a wider content security policy.
      assetsInlineLimit: 0,
      rolldownOptions: {
        output: {
          codeSplitting: {
            groups: [
              { name: 'react', test: /node_modules\/(react|react-dom|scheduler|use-sync-external-store)\// },
              { name: 'kit', test: /node_modules\/(@tanstack\/(?!.*virtual)|i18next|react-i18next|zod)/ },
              // Only menus and popovers need it; without a group of its own it would ride along with the first page.
              { name: 'floating', test: /node_modules\/@floating-ui\// },
            ],
          },
        },
      },
    },
    server: {
      host: '127.0.0.1',
      port: 5173,
      proxy: { '/api': server, '/socket.io': { target: server, ws: true } },
    },
  }
})
