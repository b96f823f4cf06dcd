import { texts } from '../../lib/texts-helper.ts'

export const serverDoctorTexts = texts(
  {
    title: 'Exame diário',
    text: 'Uma vez por dia o servidor examina a si mesmo, do disco ao certificado.',
    none: 'Ainda não há exame. Ligue o timer `atende-doctor` (com contêineres, o cron da máquina: /etc/cron.d/atende-doctor), ou rode `atende doctor --record` uma vez.',
    fail_one: '{{count}} coisa errada',
    fail_other: '{{count}} coisas erradas',
    warn_one: '{{count}} para olhar',
    warn_other: '{{count}} para olhar',
    nothing: 'Nada errado',
    stale: 'Faz mais de três dias: veja se o timer `atende-doctor` está ligado (com contêineres, o cron da máquina: /etc/cron.d/atende-doctor).',
    todo: 'Rode `atende doctor --lang pt-BR --record` no servidor: ele diz o que fazer em cada item.',
    state: { fail: 'Com erro', warn: 'Atenção', ok: 'Bem' },
  },
  {
    title: 'Daily look',
    text: 'Once a day the server looks at itself, from its disks to its certificate.',
    none: 'Nobody has looked yet. Turn the timer `atende-doctor` on (with containers the cron of the machine: /etc/cron.d/atende-doctor), or run `atende doctor --record` once.',
    fail_one: '{{count}} thing wrong',
    fail_other: '{{count}} things wrong',
    warn_one: '{{count}} to look at',
    warn_other: '{{count}} to look at',
    nothing: 'Nothing wrong',
    stale:
      'That was more than three days ago: see whether the timer `atende-doctor` is on (with containers the cron of the machine: /etc/cron.d/atende-doctor).',
    todo: 'Run `atende doctor --record` on the server: it says what to do about each.',
    state: { fail: 'Wrong', warn: 'Attention', ok: 'Well' },
  },
)
