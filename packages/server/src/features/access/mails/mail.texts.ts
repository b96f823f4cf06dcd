/** One mail in one language: what it says, and what its button does. */
export type MailWords = { subject: string; lines: string[]; button?: { label: string; link: string } }

export type AccountMail =
  | { kind: 'confirmEmail'; link: string }
  | { kind: 'resetPassword'; link: string }
  | { kind: 'passwordChanged'; link: string }
  | { kind: 'emailChangeAsked'; link: string }
  | { kind: 'emailChanged'; link: string }
  | { kind: 'invitation'; link: string; company: string; by: string }

type Words = { [K in AccountMail['kind']]: (mail: Extract<AccountMail, { kind: K }>) => MailWords }

const portuguese: Words = {
  confirmEmail: ({ link }) => ({
    subject: 'Confirme seu e-mail no Atende',
    lines: [
      'Este endereço foi informado no Atende. Se foi você, confirme abaixo; o link vale por 24 horas.',
      'Se não foi você, ignore esta mensagem: sem a confirmação, nada acontece.',
    ],
    button: { label: 'Confirmar e-mail', link },
  }),
  resetPassword: ({ link }) => ({
    subject: 'Crie uma nova senha no Atende',
    lines: [
      'Recebemos um pedido para trocar a sua senha. O link abaixo vale por 30 minutos e funciona uma vez.',
      'Se não foi você, ignore esta mensagem: sua senha continua a mesma.',
    ],
    button: { label: 'Criar nova senha', link },
  }),
  passwordChanged: ({ link }) => ({
    subject: 'Sua senha do Atende foi trocada',
    lines: [
      'A senha da sua conta acaba de ser trocada, e os outros aparelhos foram desconectados.',
      'Se não foi você, crie uma nova senha agora e avise quem administra a conta.',
    ],
    button: { label: 'Não fui eu: criar nova senha', link },
  }),
  emailChangeAsked: ({ link }) => ({
    subject: 'Pediram para trocar o e-mail da sua conta no Atende',
    lines: [
      'Alguém com a sua senha pediu para usar outro endereço na sua conta. A troca só acontece depois da confirmação no novo endereço.',
      'Se não foi você, crie uma nova senha agora: isso cancela o pedido.',
    ],
    button: { label: 'Não fui eu: criar nova senha', link },
  }),
  emailChanged: ({ link }) => ({
    subject: 'O e-mail da sua conta no Atende mudou',
    lines: [
      'A partir de agora, a sua conta usa outro endereço, e este não serve mais para entrar.',
      'Se não foi você, fale já com quem administra a conta da sua empresa.',
    ],
    button: { label: 'Abrir o Atende', link },
  }),
  invitation: ({ link, company, by }) => ({
    subject: `Convite para a equipe da ${company} no Atende`,
    lines: [
      `${by} convidou você para atender com a equipe da ${company}.`,
      'O link vale por 7 dias e é só seu. Se você não conhece esta empresa, ignore esta mensagem.',
    ],
    button: { label: 'Aceitar o convite', link },
  }),
}

const english: Words = {
  confirmEmail: ({ link }) => ({
    subject: 'Confirm your e-mail at Atende',
    lines: [
      'This address was entered at Atende. If it was you, confirm below; the link is valid for 24 hours.',
      'If it was not you, ignore this message: without the confirmation nothing happens.',
    ],
    button: { label: 'Confirm e-mail', link },
  }),
  resetPassword: ({ link }) => ({
    subject: 'Choose a new password for Atende',
    lines: [
      'You asked to change your password. The link below is valid for 30 minutes and works once.',
      'If it was not you, ignore this message: your password stays as it is.',
    ],
    button: { label: 'Choose a new password', link },
  }),
  passwordChanged: ({ link }) => ({
    subject: 'Your Atende password was changed',
    lines: [
      'The password of your account has just been changed, and your other devices were logged out.',
      'If it was not you, choose a new password now and tell whoever manages the account.',
    ],
    button: { label: 'It was not me: choose a new password', link },
  }),
  emailChangeAsked: ({ link }) => ({
    subject: 'Somebody asked to change the e-mail of your Atende account',
    lines: [
      'Somebody with your password asked to use another address for your account. It changes only after it is confirmed from the new address.',
      'If it was not you, choose a new password now: that cancels the request.',
    ],
    button: { label: 'It was not me: choose a new password', link },
  }),
  emailChanged: ({ link }) => ({
    subject: 'The e-mail of your Atende account has changed',
    lines: [
      'From now on your account uses another address, and this one no longer lets you in.',
      'If it was not you, talk to whoever manages your company’s account right away.',
    ],
    button: { label: 'Open Atende', link },
  }),
  invitation: ({ link, company, by }) => ({
    subject: `Invitation to the team of ${company} at Atende`,
    lines: [
      `${by} invited you to attend customers with the team of ${company}.`,
      'The link is valid for 7 days and is yours only. If you do not know this company, ignore this message.',
    ],
    button: { label: 'Accept the invitation', link },
  }),
}

const say = <K extends AccountMail['kind']>(words: Words, mail: Extract<AccountMail, { kind: K }>): MailWords => words[mail.kind as K](mail)

export const mailWords = (locale: string, mail: AccountMail): MailWords => say(locale === 'en' ? english : portuguese, mail)
export const mailFoot = (locale: string): string =>
  locale === 'en'
    ? 'Sent by Atende because of something done in your account. No need to answer.'
    : 'Enviado pelo Atende por causa de algo feito na sua conta. Não precisa responder.'
