import { h } from './dom.ts'
import { openSheet } from './sheet.ts'

const EMOJI =
  '😀 😄 😁 😂 🤣 😊 😍 🥰 😘 😉 😎 🤩 🤔 😅 😬 😴 😢 😭 😡 😱 🥳 🤗 🙄 😇 👍 👎 👏 🙏 🙌 👌 🤝 💪 👋 ✌️ 🤞 👀 ❤️ 💛 💚 💙 💜 💔 ✨ 🔥 🎉 🎂 🎁 🌹 ☀️ 🌙 🌧️ 🏖️ 🌊 🏡 🚗 ✈️ 📍 📅 ⏰ 📞 📷 🎤 💰 ✅ ❌ ⚠️ ❓ ❗ 🐶 🐱 ☕ 🍽️'

/** A small set of emoji in a sheet; several can be picked one after the other. */
export function openEmojiPicker(screen: HTMLElement, pick: (emoji: string) => void): void {
  const grid = h(
    'div',
    { class: 'emoji-grid' },
    ...EMOJI.split(' ').map((emoji) => h('button', { type: 'button', 'aria-label': emoji, onclick: () => pick(emoji) }, emoji)),
  )
  openSheet(screen, 'Emojis', grid)
}
