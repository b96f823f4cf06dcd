import { texts } from '../../lib/texts-helper.ts'

export const onboardingTexts = texts(
  {
    title: 'Vamos abrir o balcão, {{name}}',
    text: 'Dois passos e vocês já podem atender. Dá para fazer depois: fica no menu até terminar.',
    steps: 'Primeiros passos',
    progress: '{{done}} de {{total}} prontos',
    channel: {
      title: 'Conectar o WhatsApp',
      text: 'Por onde os clientes vão falar com vocês.',
      done: '{{name}} está pronto.',
      pending: 'Falta a Meta confirmar o endereço de {{name}}.',
    },
    team: {
      title: 'Chamar a equipe',
      text: 'Cada pessoa entra com o próprio acesso.',
      done_one: '{{count}} pessoa além de você.',
      done_other: '{{count}} pessoas além de você.',
      skip: 'Atendo sozinho por enquanto',
    },
    finish: { title: 'Começar a atender', text: 'Sua caixa de entrada está pronta.', action: 'Ir para as conversas' },
    another: 'Conectar outro número',
    later: 'Fazer depois',
    dismiss: 'Não mostrar mais',
    nextStep: 'Continuar',
  },
  {
    title: 'Let’s open the front desk, {{name}}',
    text: 'Two steps and you can start answering. You can do it later: it stays in the menu until it is done.',
    steps: 'First steps',
    progress: '{{done}} of {{total}} done',
    channel: {
      title: 'Connect WhatsApp',
      text: 'Where customers will talk to you.',
      done: '{{name}} is ready.',
      pending: 'Meta has yet to confirm the address of {{name}}.',
    },
    team: {
      title: 'Call in the team',
      text: 'Each person enters with their own login.',
      done_one: '{{count}} person besides you.',
      done_other: '{{count}} people besides you.',
      skip: 'Just me for now',
    },
    finish: { title: 'Start answering', text: 'Your inbox is ready.', action: 'Go to conversations' },
    another: 'Connect another number',
    later: 'Do it later',
    dismiss: 'Do not show again',
    nextStep: 'Continue',
  },
)
