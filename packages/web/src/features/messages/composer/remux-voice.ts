import { BlobSource, BufferTarget, EncodedAudioPacketSource, EncodedPacketSink, Input, OggOutputFormat, Output, WEBM } from 'mediabunny'

/** WhatsApp plays voice only from Ogg; Chromium records WebM. The same Opus packets are put into the other wrapping, untouched. */
export const webmToOgg = async (webm: Blob): Promise<Blob> => {
  const input = new Input({ formats: [WEBM], source: new BlobSource(webm) })
  const track = await input.getPrimaryAudioTrack()
  const decoderConfig = await track?.getDecoderConfig()
  if (!track || !decoderConfig) throw new Error('no sound in the recording')
  const target = new BufferTarget()
  const output = new Output({ format: new OggOutputFormat(), target })
  const source = new EncodedAudioPacketSource('opus')
  output.addAudioTrack(source)
  await output.start()
  for await (const packet of new EncodedPacketSink(track).packets()) await source.add(packet, { decoderConfig })
  await output.finalize()
  if (!target.buffer) throw new Error('nothing was written')
  return new Blob([target.buffer], { type: 'audio/ogg' })
}
