import type { CreateTemplateInput, TemplateParts } from '@atende/contracts/templates'

const NOTHING: TemplateParts = { header: null, body: '', variables: [], footer: null, buttons: [], cards: null, auth: null, offer: null }
const samples = (of: Record<string, string>) => Object.entries(of).map(([name, example]) => ({ name, example }))
type Demo = Omit<CreateTemplateInput, 'channelId'>
const make = (name: string, category: Demo['category'], parts: Partial<TemplateParts>): Demo => ({
  name,
  language: 'pt_BR',
  category,
  parameterFormat: category === 'AUTHENTICATION' ? 'positional' : 'named',
  allowCategoryChange: true,
  parts: { ...NOTHING, ...parts },
})

/** What a guest house sends before and after a stay. Made through the emulator, which approves them. */
export const DEMO_TEMPLATES: readonly Demo[] = [
  make('confirmacao_de_reserva', 'UTILITY', {
    header: { kind: 'text', text: 'Reserva confirmada' },
    body: 'Olá {{primeiro_nome}}, sua reserva na {{empresa}} está confirmada: entrada em *{{entrada}}* às 14 h e saída em *{{saida}}* às 11 h. Qualquer dúvida, é só responder.',
    variables: samples({ primeiro_nome: 'Marina', empresa: 'Pousada Recanto do Mar', entrada: '12/12', saida: '15/12' }),
    footer: 'Guarde esta mensagem',
    buttons: [
      { kind: 'url', text: 'Ver reserva', url: 'https://recantodomar.example/reservas/{{1}}', variable: { name: '1', example: 'AB12CD' } },
      { kind: 'phone', text: 'Ligar para a recepção', phone: '+551140022026' },
    ],
  }),
  make('lembrete_de_check_in', 'UTILITY', {
    header: { kind: 'location' },
    body: 'Oi {{primeiro_nome}}, esperamos você amanhã a partir das 14 h. Vai chegar a que horas?',
    variables: samples({ primeiro_nome: 'Marina' }),
    buttons: [
      { kind: 'quick_reply', text: 'Antes das 18 h' },
      { kind: 'quick_reply', text: 'Depois das 18 h' },
      { kind: 'quick_reply', text: 'Mudei de planos' },
    ],
  }),
  make('como_foi_a_estadia', 'UTILITY', {
    body: 'Oi {{primeiro_nome}}, obrigado por ficar com a gente. Como foi a sua estadia? A resposta vai direto para a nossa equipe.',
    variables: samples({ primeiro_nome: 'Marina' }),
    buttons: [
      { kind: 'quick_reply', text: 'Ótima' },
      { kind: 'quick_reply', text: 'Boa' },
      { kind: 'quick_reply', text: 'Podia ser melhor' },
    ],
  }),
  make('fim_de_semana_com_desconto', 'MARKETING', {
    body: 'Oi {{primeiro_nome}}, neste fim de semana a {{empresa}} tem duas suítes com 20% de desconto e café da manhã incluído.',
    variables: samples({ primeiro_nome: 'Marina', empresa: 'Pousada Recanto do Mar' }),
    offer: { text: 'Só até domingo', hasExpiration: true },
    buttons: [
      { kind: 'copy_code', example: 'MAR20' },
      { kind: 'url', text: 'Reservar', url: 'https://recantodomar.example/ofertas' },
    ],
  }),
  make('codigo_de_acesso', 'AUTHENTICATION', {
    variables: samples({ 1: '123456' }),
    auth: { securityAdvice: true, expiresMinutes: 10 },
    buttons: [{ kind: 'otp', otp: 'COPY_CODE' }],
  }),
]
