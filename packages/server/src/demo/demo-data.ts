/** The demo's people and past talk: invented, in the tone of a small hotel by the sea. */
export const DEMO = {
  tenant: { name: 'Pousada Recanto do Mar', slug: 'recanto-do-mar', email: 'contato@recantodomar.example' },
  password: 'atende-demo',
  owner: { name: 'Helena Prado', email: 'helena@recantodomar.example' },
  attendants: [
    { name: 'Bruno Farias', email: 'bruno@recantodomar.example' },
    { name: 'Camila Nunes', email: 'camila@recantodomar.example' },
  ],
  tags: [
    { name: 'Reserva', color: 'teal' },
    { name: 'Feriado', color: 'orange' },
    { name: 'Grupo', color: 'violet' },
    { name: 'Pagamento', color: 'blue' },
    { name: 'Reclamação', color: 'red' },
    { name: 'Pet', color: 'lime' },
  ],
} as const

type Line = { from: 'customer' | 'us'; text: string /** Minutes before now. */; ago: number; by?: number }
export type PastConversation = {
  name: string
  phone: string
  tags: string[]
  /** Index of the attendant, or null. */
  assignee: number | null
  resolved: boolean
  unread: number
  lines: Line[]
}

const HOUR = 60
const DAY = 24 * HOUR

export const PAST: PastConversation[] = [
  {
    name: 'Rafael Menezes',
    phone: '5521987650011',
    tags: ['Reserva', 'Pet'],
    assignee: 0,
    resolved: false,
    unread: 1,
    lines: [
      { from: 'customer', text: 'Bom dia! Vocês aceitam cachorro de porte médio?', ago: 3 * HOUR },
      { from: 'us', text: 'Bom dia, Rafael! Aceitamos sim 🐶 São R$ 40 por noite e a caminha é por nossa conta.', ago: 3 * HOUR - 6, by: 0 },
      { from: 'customer', text: 'Que ótimo. E o quarto dele tem varanda?', ago: 2 * HOUR },
      { from: 'us', text: 'O Bromélia e o Maresia têm varanda com rede. Quer que eu veja as datas?', ago: 2 * HOUR - 3, by: 0 },
      { from: 'customer', text: 'Quero! De 12 a 15 de dezembro, 2 adultos e o Pingo', ago: 38 },
    ],
  },
  {
    name: 'Juliana Castro',
    phone: '5511976540022',
    tags: ['Feriado', 'Grupo'],
    assignee: null,
    resolved: false,
    unread: 2,
    lines: [
      { from: 'customer', text: 'Oi, somos um grupo de 9 pessoas para o Réveillon. Ainda tem vaga?', ago: 52 },
      { from: 'customer', text: 'Pode ser em quartos separados, mas no mesmo andar se der 🙏', ago: 51 },
    ],
  },
  {
    name: 'Carlos Eduardo Vasconcelos de Albuquerque',
    phone: '5581988880033',
    tags: ['Pagamento'],
    assignee: 1,
    resolved: false,
    unread: 0,
    lines: [
      { from: 'customer', text: 'Fiz o pix do sinal agora há pouco, conseguem confirmar?', ago: 5 * HOUR },
      { from: 'us', text: 'Confirmado, Carlos! Reserva garantida de 20 a 23. Mando o voucher por e-mail até o fim do dia.', ago: 5 * HOUR - 11, by: 1 },
      { from: 'customer', text: 'Perfeito, obrigado pela rapidez', ago: 4 * HOUR },
    ],
  },
  {
    name: 'Dona Lourdes',
    phone: '5513997770044',
    tags: [],
    assignee: null,
    resolved: false,
    unread: 1,
    lines: [{ from: 'customer', text: 'Boa tarde, o café da manhã está incluso na diária?', ago: 21 * HOUR }],
  },
  {
    name: 'Thiago Rocha',
    phone: '5531996660055',
    tags: ['Reclamação'],
    assignee: 0,
    resolved: true,
    unread: 0,
    lines: [
      { from: 'customer', text: 'O ar do quarto 7 está fazendo barulho e não consegui dormir.', ago: 2 * DAY },
      { from: 'us', text: 'Thiago, sinto muito por isso. O Nelson já está indo aí ver, e se quiser trocamos de quarto agora.', ago: 2 * DAY - 4, by: 0 },
      { from: 'customer', text: 'Trocaram e ficou ótimo. Valeu pela atenção!', ago: 2 * DAY - 95 },
      { from: 'us', text: 'Que bom! O café de amanhã é por nossa conta ☕', ago: 2 * DAY - 97, by: 0 },
    ],
  },
  {
    name: 'Família Okamoto',
    phone: '5541995550066',
    tags: ['Reserva'],
    assignee: 1,
    resolved: true,
    unread: 0,
    lines: [
      { from: 'customer', text: 'Chegamos bem em casa. As crianças amaram a piscina natural!', ago: 6 * DAY },
      { from: 'us', text: 'Que alegria ler isso! Até a próxima, e mandem fotos 🌊', ago: 6 * DAY - 30, by: 1 },
    ],
  },
]
