import { act, backOff, type ErrorEntry, limited, never, range, same, TELL_ADMIN, TELL_SUPPORT, WAIT } from './error-entry.ts'

const TOKEN = act('O acesso ao WhatsApp expirou ou foi retirado.', 'Peça a quem administra a conta para colar um novo token em Configurações › Canais.')
const PERMISSION = act(
  'O token não tem permissão para usar este número.',
  'Peça a quem administra a conta para dar ao usuário do sistema acesso ao app e à conta do WhatsApp na Meta.',
)
const SETUP = never('O WhatsApp não aceitou esta configuração.', TELL_SUPPORT)

/** Codes about the token, the account, the number, and what admins set up. */
export const ACCOUNT_ERRORS: Readonly<Record<number, ErrorEntry>> = {
  0: TOKEN,
  1: limited('O WhatsApp não entendeu o pedido ou teve um problema.', 'Tente de novo em um minuto.'),
  2: backOff('O WhatsApp está fora do ar ou sobrecarregado.', WAIT),
  3: PERMISSION,
  4: backOff('O aplicativo chegou ao limite de pedidos ao WhatsApp.', WAIT),
  10: PERMISSION,
  33: never('Este número não existe mais no WhatsApp.', TELL_ADMIN),
  190: TOKEN,
  ...same(range(200, 299), PERMISSION),
  368: act('A conta está bloqueada por não seguir as regras do WhatsApp.', 'Peça a quem administra a conta para ver o aviso no painel da Meta e recorrer.'),
  613: backOff('Muitos pedidos ao WhatsApp em pouco tempo.', WAIT),
  80007: backOff('A conta do WhatsApp chegou ao limite de pedidos desta hora.', WAIT),
  131005: PERMISSION,
  131016: backOff('O WhatsApp está fora do ar neste momento.', WAIT),
  131031: act('A conta do WhatsApp foi bloqueada.', 'Peça a quem administra a conta para ver o motivo no painel da Meta.'),
  131037: act('O nome de exibição deste número ainda não foi aprovado.', 'Peça a quem administra a conta para enviar o nome para aprovação na Meta.'),
  131042: act('Há um problema com o pagamento da conta do WhatsApp.', 'Peça a quem administra a conta para conferir a forma de pagamento na Meta.'),
  131045: act('O número não está bem registrado no WhatsApp.', 'Peça a quem administra a conta para registrar o número de novo.'),
  133000: act('O número ficou com o registro pela metade.', 'Peça a quem administra a conta para cancelar o registro e registrar de novo.'),
  133004: backOff('O WhatsApp está fora do ar neste momento.', WAIT),
  133005: act('O PIN do número não confere.', 'Confira o PIN de seis dígitos e tente de novo.'),
  133006: act('O número precisa ser verificado de novo.', 'Peça um novo código e confirme o número na Meta.'),
  ...same([133008, 133009], act('Muitas tentativas de PIN.', 'Espere o tempo que o WhatsApp pede antes de tentar de novo.')),
  133010: act('Este número não está registrado na API do WhatsApp.', 'Peça a quem administra a conta para registrar o número.'),
  133015: backOff('O número acabou de ser apagado.', 'Espere cinco minutos e tente de novo.'),
  133016: act('O número foi registrado e cancelado vezes demais.', 'Espere 72 h antes de registrar de novo.'),
  134011: act('Os termos de pagamento do WhatsApp ainda não foram aceitos.', TELL_ADMIN),
  136024: never('Este número já está verificado.', 'Siga para o próximo passo.'),
  ...same(range(139000, 139006), SETUP),
  139100: never('Alguns contatos não puderam ser bloqueados ou desbloqueados.', 'Veja na lista quais; só vale para quem escreveu nas últimas 24 h.'),
  139101: never('A lista de bloqueados deste número está cheia.', 'Desbloqueie alguém antes.'),
  ...same([139102, 139103], limited('O bloqueio não se completou.', 'Tente de novo em um minuto.')),
  ...same(range(147001, 147005), act('O WhatsApp não aceitou este nome de usuário.', 'Escolha outro nome de usuário.')),
  ...same([200005, 200006, 200007], never('Os números deste modelo não estão disponíveis.', TELL_ADMIN)),
  ...same([2388001, 2388012, 2388091, 2388093, 2388103], act('A mudança do número para esta conta não se completou.', TELL_ADMIN)),
  2388019: act('A conta chegou ao limite de modelos.', 'Apague modelos que não usa mais.'),
  ...same(
    [2388040, 2388047, 2388072, 2388073, 2388293, 2388299],
    never('O texto do modelo não segue o formato do WhatsApp.', 'Confira o tamanho dos textos e o lugar das variáveis.'),
  ),
  2494100: backOff('Este número está em manutenção no WhatsApp.', WAIT),
  2494191: never('Outro atendimento automático cuida desta conversa.', TELL_ADMIN),
  ...same(
    [2593107, 2593108, 2593109],
    never('O histórico do aplicativo não pôde ser trazido.', 'Para trazer, o número precisa ser desconectado e conectado de novo.'),
  ),
}
