import { texts } from './texts-helper.ts'

/** By the server's code. In Portuguese the server's own sentence is shown; these are for codes made here, and for English. */
export const errorTexts = texts(
  {
    title: {
      offline: 'Sem conexão com o servidor.',
      timeout: 'O servidor demorou demais para responder.',
      answer_unexpected: 'O servidor respondeu de um jeito inesperado. Recarregue a página.',
      unavailable: 'Estamos reiniciando. Tente de novo em instantes.',
      unauthenticated: 'Por segurança, entre de novo.',
      too_many_requests: 'Muitas tentativas. Aguarde um pouco.',
      internal: 'Algo deu errado do nosso lado.',
    },
    field: {
      required: 'Preencha este campo.',
      tooShort: 'Está curto demais.',
      tooLong: 'Está longo demais.',
      format: 'Confira o formato.',
      email: 'Confira o e-mail.',
      invalid: 'Confira este campo.',
    },
  },
  {
    title: {
      offline: 'No connection to the server.',
      timeout: 'The server took too long to answer.',
      answer_unexpected: 'The server answered in an unexpected way. Reload the page.',
      unavailable: 'We are restarting. Try again in a moment.',
      unauthenticated: 'For your safety, please log in again.',
      too_many_requests: 'Too many attempts. Wait a little.',
      internal: 'Something went wrong on our side.',
    },
    field: {
      required: 'Please fill this in.',
      tooShort: 'This is too short.',
      tooLong: 'This is too long.',
      format: 'Check the format.',
      email: 'Check the e-mail.',
      invalid: 'Check this field.',
    },
  },
)
