declare module 'heic-decode' {
  type Pixels = { width: number; height: number; data: Uint8ClampedArray }
  type Input = { buffer: Uint8Array }
  type Image = { width: number; height: number; decode: () => Promise<Pixels> }
  const decode: {
    (input: Input): Promise<Pixels>
    all: (input: Input) => Promise<Image[] & { dispose: () => void }>
  }
  export = decode
}
