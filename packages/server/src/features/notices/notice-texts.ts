/** Values that fill a text; names of numbers, templates and Meta's own words, never a customer's data. */
export type NoticeDetails = Record<string, string>
type Fill = (d: NoticeDetails) => string
export type NoticeText = { title: Fill; action: Fill; link?: Fill }

const say =
  (text: string): Fill =>
  () =>
    text
/** ` (…)` when there is something to say. */
const because = (d: NoticeDetails, key = 'reason') => (d[key] ? ` (${d[key]})` : '')
/** ` «…»` when there is a name. */
const named = (text: string | undefined) => (text ? ` «${text}»` : '')
const number = (d: NoticeDetails) => d.number ?? 'este número'
const channel: Fill = (d) => (d.channelId ? `/configuracoes/canais/${d.channelId}` : '/configuracoes/canais')
const template: Fill = (d) => (d.templateId ? `/configuracoes/modelos/${d.templateId}` : '/configuracoes/modelos')
const manager = 'No Gerenciador do WhatsApp, na Meta,'

const ACCOUNT = {
  account_deleted: {
    title: say('A conta do WhatsApp foi excluída na Meta.'),
    action: say('Se não foi vocês, fale com o suporte da Meta. Para continuar, conecte outra conta em Canais.'),
  },
  account_violation: {
    title: (d) => `A Meta apontou uma violação das regras do WhatsApp${because(d)}.`,
    action: (d) => (d.until ? `${d.remediation ?? 'Corrija o que a Meta aponta'}, até ${d.until}.` : `${manager} veja o que foi apontado e peça análise.`),
  },
  account_restricted: {
    title: (d) => `O WhatsApp limitou ${d.number ? `o número ${d.number}` : 'a conta'}: ${d.restriction ?? 'há uma restrição'}.`,
    action: (d) => d.remediation || (d.until ? `Vale até ${d.until}. ${manager} peça análise se não concordar.` : `${manager} veja o motivo e peça análise.`),
  },
  account_disabled: {
    title: say('A conta do WhatsApp foi desativada pela Meta. Nada sai nem chega por ela.'),
    action: say(`${manager} e peça análise. Enquanto isso, avise os clientes por outro caminho.`),
  },
  account_disable_scheduled: {
    title: (d) => `A Meta vai desativar a conta do WhatsApp${d.until ? ` em ${d.until}` : ''}.`,
    action: say(`${manager} veja o motivo e peça análise antes desse dia.`),
  },
  account_offboarded: {
    title: (d) => `${number(d)} saiu da Cloud API: não enviamos nem recebemos por ele.`,
    action: say('Se não foi de propósito, conecte o número de novo na Meta.'),
  },
  partner_removed: {
    title: (d) => `${d.number ? `O número ${d.number}` : 'A conta'} foi desligado deste aplicativo${because(d)}.`,
    action: say('Se o aplicativo WhatsApp Business ficou dias sem uso, abra-o no celular e conecte de novo. Senão, peça acesso de novo na Meta.'),
  },
  app_uninstalled: {
    title: say('O aplicativo que recebe as mensagens foi removido da conta do WhatsApp.'),
    action: say('Em Canais, use "Assinar os eventos" ou instale o aplicativo de novo na Meta.'),
  },
  review_rejected: {
    title: say('A Meta não aprovou a conta do WhatsApp.'),
    action: say(`${manager} veja o motivo e peça análise.`),
  },
  account_alert: {
    title: (d) => `A Meta avisa: ${d.description ?? d.type ?? 'há algo a ver na conta'}`,
    action: say(`${manager} veja o que é pedido.`),
  },
  account_error: {
    title: (d) => `O WhatsApp informou um problema: ${d.title ?? `erro ${d.code ?? 'sem código'}.`}`,
    action: (d) => d.action ?? 'Veja os eventos na página do canal.',
  },
  payment_configuration: {
    title: (d) => `O recebimento de pagamentos pelo WhatsApp mudou${because(d, 'status')}.`,
    action: say(`${manager} confira a configuração de pagamentos.`),
  },
} satisfies Record<string, NoticeText>

const NUMBER = {
  channel_stopped: {
    title: (d) => `${number(d)} parou${d.reason ? `: ${d.reason}` : '.'}`,
    action: say('Abra a página do canal e use "Conferir agora".'),
  },
  number_blocked: {
    title: (d) => `${number(d)} está como ${d.status ?? 'indisponível'} na Meta: não dá para enviar.`,
    action: say('Abra a página do canal, confira o que a Meta diz e registre o número de novo se preciso.'),
  },
  sending_blocked: {
    title: (d) => `A Meta não deixa ${number(d)} enviar mensagens${because(d)}.`,
    action: (d) => d.action || 'Abra a página do canal e veja o que a Meta pede.',
  },
  sending_limited: {
    title: (d) => `A Meta limita o que ${number(d)} pode enviar${because(d)}.`,
    action: (d) => d.action || 'Abra a página do canal e veja o que a Meta pede.',
  },
  quality_low: {
    title: (d) => `A qualidade de ${number(d)} caiu: os clientes estão bloqueando ou denunciando.`,
    action: say('Envie menos propaganda e só a quem pediu. Se continuar, a Meta reduz o limite do número.'),
  },
  limit_lowered: {
    title: (d) => `O limite de ${number(d)} caiu para ${d.limit ?? 'menos pessoas'} por dia.`,
    action: say('Vale para conversas que vocês começam. Melhore a qualidade antes de enviar em quantidade.'),
  },
  name_rejected: {
    title: (d) => `O nome${named(d.name)} de ${number(d)} não foi aceito${because(d)}.`,
    action: say(`${manager} escolha um nome que mostre a empresa.`),
  },
  name_approved: {
    title: (d) => `O nome${named(d.name)} de ${number(d)} foi aprovado.`,
    action: say('Registre o número de novo em até 14 dias, na página do canal, para o nome aparecer.'),
  },
  picture_lost: {
    title: (d) => `A foto do perfil de ${number(d)} se perdeu.`,
    action: say('Envie a foto de novo na página do canal.'),
  },
  badge_rejected: {
    title: (d) => `O selo de conta oficial não foi concedido a ${number(d)}.`,
    action: say(`${manager} veja o motivo.`),
  },
  username_lost: {
    title: (d) => `${number(d)} perdeu o nome de usuário${named(d.username)}.`,
    action: say('Escolha outro nome de usuário no Gerenciador do WhatsApp.'),
  },
  pin_changed: {
    title: (d) => `O PIN de duas etapas de ${number(d)} foi trocado.`,
    action: say('Se não foi vocês, troque o PIN agora na página do canal e revise quem tem acesso na Meta.'),
  },
  pin_reset_requested: {
    title: (d) => `Alguém pediu para desligar o PIN de duas etapas de ${number(d)}.`,
    action: say('Se não foi vocês, entre no Gerenciador do WhatsApp e cancele o pedido.'),
  },
  history_refused: {
    title: (d) => `O histórico de ${number(d)} não veio: a opção não foi aceita no aplicativo.`,
    action: say('As conversas novas chegam normalmente. Para trazer as antigas, desconecte e conecte de novo, aceitando compartilhar o histórico.'),
  },
  token_invalid: {
    title: (d) => `O token de acesso de ${number(d)} não vale mais: nada sai por ele.`,
    action: say('Gere um token de usuário do sistema no painel da Meta e troque na página do canal.'),
  },
  token_expiring: {
    title: (d) => `O token de acesso de ${number(d)} vence em ${d.until ?? 'poucos dias'}.`,
    action: say('Troque-o antes por um token de usuário do sistema, que não vence.'),
  },
  token_scopes: {
    title: (d) => `Falta permissão ao token de ${number(d)}${because(d, 'scopes')}.`,
    action: say('Gere outro token com essas permissões no painel da Meta e troque na página do canal.'),
  },
  webhook_off: {
    title: (d) => `As mensagens de ${number(d)} não chegam aqui: o aplicativo não assina os eventos da conta.`,
    action: say('Na página do canal, use "Assinar os eventos".'),
  },
  webhook_elsewhere: {
    title: (d) => `As mensagens de ${number(d)} vão para outro endereço${because(d, 'url')}.`,
    action: say('Corrija o endereço do webhook na Meta, ou confirme que foi de propósito.'),
  },
} satisfies Record<string, NoticeText>

const templateName = (d: NoticeDetails) => (d.name ? `O modelo «${d.name}»` : 'Um modelo')
const TEMPLATES = {
  template_rejected: {
    title: (d) => `${templateName(d)} não foi aprovado${because(d)}.`,
    action: say('Abra o modelo, corrija o texto e envie para análise de novo.'),
    link: template,
  },
  template_paused: {
    title: (d) => `${templateName(d)} foi pausado pela Meta${because(d)}.`,
    action: say('Volta sozinho depois de algumas horas. Revise o texto: clientes estão reclamando dele.'),
    link: template,
  },
  template_disabled: {
    title: (d) => `${templateName(d)} foi desativado pela Meta${because(d)}.`,
    action: say('Ele não pode mais ser usado. Crie outro com um texto diferente.'),
    link: template,
  },
  template_flagged: {
    title: (d) => `${templateName(d)} está com qualidade baixa e pode ser desativado.`,
    action: say('Edite o texto ou use outro modelo.'),
    link: template,
  },
  template_category: {
    title: (d) => `${templateName(d)} muda de categoria${because(d)}.`,
    action: say('O preço por mensagem muda com a categoria. Se não concordar, peça análise na Meta.'),
    link: template,
  },
  template_quality: {
    title: (d) => `A qualidade do modelo${named(d.name)} caiu${because(d)}.`,
    action: say('Revise o texto e para quem ele é enviado, antes que a Meta pause o modelo.'),
    link: template,
  },
} satisfies Record<string, NoticeText>

const FLOWS = {
  flow_blocked: {
    title: (d) => `Um formulário (flow) do WhatsApp foi ${d.status === 'THROTTLED' ? 'limitado' : 'bloqueado'} pela Meta.`,
    action: say(`${manager} veja os erros do formulário e publique uma correção.`),
  },
  flow_problem: {
    title: (d) => `Um formulário (flow) do WhatsApp está com problema${because(d)}.`,
    action: say(`${manager} veja os erros do formulário.`),
  },
  flow_expiring: {
    title: say('A versão de um formulário (flow) do WhatsApp vai deixar de funcionar.'),
    action: say(`${manager} publique o formulário em uma versão mais nova.`),
  },
} satisfies Record<string, NoticeText>

const ALL = { ...ACCOUNT, ...NUMBER, ...TEMPLATES, ...FLOWS }
/** Every cause that can be told; each has a text. */
export type NoticeCode = keyof typeof ALL
export const NOTICE_TEXTS: Readonly<Record<NoticeCode, NoticeText>> = ALL

/** In words, also for a code of a later version of ours. */
export function sayNotice(code: string, details: NoticeDetails): { title: string; action: string; link: string | null } {
  const text = Object.hasOwn(NOTICE_TEXTS, code) ? NOTICE_TEXTS[code as NoticeCode] : undefined // hasOwn has just said so.
  if (!text) return { title: `Aviso do WhatsApp (${code}).`, action: '', link: null }
  return { title: text.title(details), action: text.action(details), link: (text.link ?? channel)(details) }
}
