/** Chosen for a counter, not for completeness. Each line: the emoji and the words people look for it with (pt and en). */
export const EMOJI_GROUPS = {
  smileys: `😀 sorriso feliz smile
😃 sorriso alegre happy
😄 risada alegre laugh
😁 sorriso dentes grin
😅 alívio suor sweat relief
😂 rindo chorando risada kkk joy
🤣 rolando de rir rofl
🙂 sorriso leve ok
😉 piscada wink
😊 sorriso tímido contente blush
😇 anjo santo angel
🥰 apaixonado carinho love
😍 olhos de coração amei love
🤩 estrelas uau wow
😘 beijo kiss
😋 delícia gostoso yummy
😜 brincadeira língua playful
🤗 abraço hug
🤔 pensando dúvida think
🤫 silêncio segredo quiet
🙄 revirar olhos tédio eyeroll
😌 alívio calma relieved
😴 sono dormir sleep
😷 máscara doente sick mask
🤒 febre doente fever
😎 óculos legal cool
🥳 festa parabéns party
😕 confuso confused
😟 preocupado worried
😮 surpresa uau wow
😳 envergonhado corado flushed
🥺 por favor pedido please
😢 triste lágrima sad
😭 chorando choro cry
😤 irritado bufar huff
😡 raiva bravo angry
🤯 cabeça explodindo chocado mind blown
😱 medo susto scream
🤦 facepalm vergonha
🤷 não sei tanto faz shrug`,
  people: `👍 joinha certo ok legal yes
👎 não gostei ruim no
👌 perfeito ok
✌️ paz vitória peace
🤞 tomara sorte fingers crossed
🤝 acordo aperto de mão fechado deal
🙏 obrigado por favor amém thanks pray
👏 palmas parabéns clap
🙌 viva aleluia hooray
💪 força músculo strong
👋 oi tchau aceno hello bye
🤙 me liga hang loose call
👉 direita aponta right
👈 esquerda aponta left
👇 abaixo aponta down
👆 acima aponta up
☝️ um atenção one
✋ pare mão stop
🫶 coração mãos amor heart hands
🤲 mãos abertas receber
👀 olhos vendo look
🧑‍💼 atendente escritório office
👩‍⚕️ médica saúde doctor
👨‍🔧 técnico conserto mecânico mechanic
👩‍🍳 cozinheira chef cook
👷 obra construção worker
👨‍👩‍👧 família family
👶 bebê baby
🎅 natal papai noel santa`,
  nature: `🌞 sol bom dia sun
🌙 lua boa noite moon
⭐ estrela star
🌟 brilho estrela glow
☀️ sol calor sunny
⛅ nuvem tempo cloud
🌧️ chuva rain
⛈️ tempestade storm
❄️ frio neve cold snow
🌈 arco-íris rainbow
🔥 fogo top quente fire
💧 gota água drop
🌊 mar onda praia wave
🌸 flor cerejeira flower
🌹 rosa flor rose
🌻 girassol sunflower
💐 buquê flores bouquet
🌱 broto planta plant
🌳 árvore tree
🍀 trevo sorte luck
🐶 cachorro dog
🐱 gato cat
🐦 pássaro bird
🦋 borboleta butterfly
🐝 abelha bee`,
  food: `☕ café coffee
🍵 chá tea
🥛 leite milk
🍺 cerveja beer
🍷 vinho wine
🥤 refrigerante suco soda
🍞 pão bread
🥐 croissant
🧀 queijo cheese
🍕 pizza
🍔 hambúrguer lanche burger
🍟 batata frita fries
🌭 cachorro-quente hot dog
🍝 macarrão massa pasta
🍚 arroz rice
🥗 salada salad
🍗 frango chicken
🥩 carne churrasco meat
🍣 sushi japonês
🍰 bolo torta cake
🎂 aniversário bolo birthday
🍫 chocolate
🍨 sorvete ice cream
🍎 maçã apple
🍌 banana
🍓 morango strawberry
🥑 abacate avocado
🍽️ prato almoço jantar meal`,
  travel: `🏨 hotel hospedagem
🏠 casa home
🏢 prédio empresa office
🏥 hospital
🏪 loja store
🏖️ praia beach
⛰️ montanha mountain
🛏️ cama quarto bed room
🛎️ recepção campainha bell
🧳 mala viagem luggage
✈️ avião viagem plane
🚗 carro car
🚌 ônibus bus
🚕 táxi taxi
🛵 moto entrega scooter
🚚 entrega caminhão truck delivery
🚲 bicicleta bike
🅿️ estacionamento parking
📍 local endereço pin place
🗺️ mapa map
🧭 bússola direção compass`,
  objects: `📱 celular telefone phone
💻 notebook computador laptop
🖨️ impressora printer
📶 sinal internet wifi
🔌 tomada energia plug
🔋 bateria battery
💡 ideia lâmpada idea
🔧 conserto ferramenta fix
🛠️ manutenção ferramentas tools
📦 pacote encomenda package
📄 documento papel document
📎 anexo clipe clip
📝 anotação lista note
📅 agenda data calendar
🗓️ calendário agenda
⏰ despertador horário alarm
⏳ ampulheta espere wait
🕐 hora relógio clock
📞 ligação telefone call
✉️ carta e-mail mail
🔔 sino aviso bell
📣 anúncio promoção announce
🔍 busca lupa search
🔒 cadeado seguro lock
🔑 chave key
💳 cartão pagamento card
💰 dinheiro money
💵 dinheiro nota cash
🧾 nota fiscal recibo receipt
🛒 carrinho compra cart
🛍️ sacola compras shopping
🎁 presente gift
🎉 festa comemorar party
🎈 balão festa balloon
🏆 troféu prêmio trophy
💊 remédio medicine
🩺 consulta médico stethoscope
🎵 música music
📷 foto câmera photo
🎥 vídeo filme video`,
  symbols: `❤️ coração amor vermelho heart
🧡 coração laranja orange heart
💛 coração amarelo yellow heart
💚 coração verde green heart
💙 coração azul blue heart
💜 coração roxo purple heart
🖤 coração preto black heart
🤍 coração branco white heart
💔 coração partido broken heart
✅ certo feito ok done check
☑️ marcado check
✔️ visto certo check
❌ não errado x wrong
⚠️ atenção cuidado warning
❗ exclamação importante important
❓ pergunta dúvida question
💯 cem perfeito hundred
🆗 ok
🆕 novo new
🔴 vermelho círculo red
🟡 amarelo círculo yellow
🟢 verde círculo green
🔵 azul círculo blue
➡️ seta direita right arrow
⬅️ seta esquerda left arrow
⬆️ seta cima up arrow
⬇️ seta baixo down arrow
🔄 atualizar trocar refresh
♻️ reciclar recycle
➕ mais plus
➖ menos minus
✨ brilho novo sparkles
💬 balão conversa chat
📌 fixado pin
1️⃣ um one
2️⃣ dois two
3️⃣ três three
4️⃣ quatro four
5️⃣ cinco five`,
} as const

export type EmojiGroup = keyof typeof EMOJI_GROUPS
export type Emoji = { emoji: string; words: string }

const plainText = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

export const emojisOf = (group: EmojiGroup): Emoji[] =>
  EMOJI_GROUPS[group].split('\n').map((line) => {
    const space = line.indexOf(' ')
    return { emoji: line.slice(0, space), words: line.slice(space + 1) }
  })

const GROUPS: readonly EmojiGroup[] = ['smileys', 'people', 'nature', 'food', 'travel', 'objects', 'symbols']
export const emojiGroups = (): { group: EmojiGroup; emojis: Emoji[] }[] => GROUPS.map((group) => ({ group, emojis: emojisOf(group) }))

/** Every typed word must begin some word of the emoji: "cor ver" finds the red heart. */
export const findEmojis = (query: string): Emoji[] => {
  const wanted = plainText(query).split(/\s+/).filter(Boolean)
  return GROUPS.flatMap(emojisOf).filter(({ words }) => {
    const known = plainText(words).split(/[\s-]+/)
    return wanted.every((one) => known.some((word) => word.startsWith(one)))
  })
}
