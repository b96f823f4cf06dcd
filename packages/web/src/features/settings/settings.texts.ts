import { texts } from '../../lib/texts-helper.ts'

export const settingsTexts = texts(
  {
    title: 'Configurações',
    text: 'Tudo que ajusta o Atende, em páginas simples.',
    back: 'Configurações',
    search: 'Buscar nas configurações',
    nothingTitle: 'Nada com «{{word}}»',
    nothingText: 'Tente outra palavra, como «senha», «WhatsApp» ou «equipe».',
    group: { you: 'Você', company: 'A empresa', server: 'O servidor' },
    page: {
      profile: {
        title: 'Perfil',
        text: 'Seu nome, idioma, tema, avisos, senha, verificação em duas etapas e sessões.',
        words: '2fa chave de acesso passkey códigos recuperação tema escuro claro idioma senha sessão som aviso notificação nome',
      },
      team: { title: 'Equipe', text: 'Quem atende, com que perfil, e os convites em aberto.', words: 'usuários pessoas convite convidar perfil permissão' },
      roles: {
        title: 'Papéis e permissões',
        text: 'Quem pode o quê, perfis próprios, e quem vê quais conversas.',
        words: 'perfil papel permissão acesso função restringir só as próprias conversas',
      },
      channels: {
        title: 'Canais',
        text: 'Os números de WhatsApp da empresa e o estado de cada um.',
        words: 'whatsapp número cloud api meta emulador token webhook',
      },
      templates: {
        title: 'Modelos de mensagem',
        text: 'Mensagens aprovadas pela Meta, para escrever primeiro ou depois de 24 horas.',
        words: 'template whatsapp meta aprovação marketing utilidade botões carrossel hsm',
      },
      tags: { title: 'Etiquetas', text: 'As palavras com que a equipe organiza as conversas.', words: 'tags cores marcadores' },
      company: { title: 'Empresa', text: 'Nome, e-mail de contato, plano e uso do mês.', words: 'plano limite uso conta tenant' },
      security: {
        title: 'Segurança',
        text: 'O que a empresa pede de quem entra: segundo fator e mais.',
        words: '2fa mfa totp passkey duas etapas login proteção exigir',
      },
      sso: {
        title: 'Login único (SSO)',
        text: 'A equipe entra com a conta que já tem na empresa.',
        words: 'sso oidc openid google microsoft entra keycloak okta login senha provedor',
      },
      usage: {
        title: 'Uso do WhatsApp',
        text: 'Mensagens entregues, o que é grátis e o custo estimado do mês.',
        words: 'custo preço cobrança gasto fatura conta meta categoria',
      },
      serverStatus: {
        title: 'Situação do servidor',
        text: 'Componentes, alertas, backups, tarefas, certificado e disco.',
        words: 'saúde health status processo versão backup disco certificado alerta tarefas fila',
      },
      limits: {
        title: 'Limites e bloqueios',
        text: 'Redes que insistem demais, e as que sempre ou nunca entram.',
        words: 'ip endereço bloqueio ban lista senha tentativas ataque',
      },
      apiKeys: { title: 'Chaves de API', text: 'Para outro sistema seu usar o Atende.', words: 'api token integração sistema chave bearer programador' },
      events: {
        title: 'Eventos recebidos',
        text: 'O que o WhatsApp entregou, como veio, para investigar problemas.',
        words: 'webhook log depurar reprocessar meta',
      },
      audit: { title: 'Auditoria', text: 'Quem fez o quê, com prova de que nada foi mudado.', words: 'log registro histórico segurança lgpd acesso' },
      serverAudit: { title: 'Auditoria do servidor', text: 'O que foi feito na administração do servidor.', words: 'log registro' },
    },
  },
  {
    title: 'Settings',
    text: 'Everything that adjusts Atende, on plain pages.',
    back: 'Settings',
    search: 'Search the settings',
    nothingTitle: 'Nothing about “{{word}}”',
    nothingText: 'Try another word, such as “password”, “WhatsApp” or “team”.',
    group: { you: 'You', company: 'The company', server: 'The server' },
    page: {
      profile: {
        title: 'Profile',
        text: 'Your name, language, theme, notices, password, two-step verification and sessions.',
        words: '2fa passkey recovery codes dark light theme language password session sound notice notification name',
      },
      team: { title: 'Team', text: 'Who attends, with which role, and open invitations.', words: 'users people invite invitation role permission' },
      roles: {
        title: 'Roles and permissions',
        text: 'Who may do what, roles of your own, and who sees which conversations.',
        words: 'permission access restrict own conversations',
      },
      channels: {
        title: 'Channels',
        text: 'The company’s WhatsApp numbers and the state of each one.',
        words: 'whatsapp number cloud api meta emulator token webhook',
      },
      templates: {
        title: 'Message templates',
        text: 'Messages approved by Meta, to write first or after 24 hours.',
        words: 'whatsapp meta approval marketing utility buttons carousel',
      },
      tags: { title: 'Tags', text: 'The words the team uses to organise conversations.', words: 'labels colours' },
      company: { title: 'Company', text: 'Name, contact e-mail, plan and this month’s usage.', words: 'plan limit usage account tenant' },
      security: {
        title: 'Security',
        text: 'What the company asks of whoever logs in: a second factor and more.',
        words: '2fa mfa totp passkey two-step login protection require',
      },
      sso: {
        title: 'Single sign-on (SSO)',
        text: 'The team enters with the account they already have at the company.',
        words: 'sso oidc openid google microsoft entra keycloak okta login password provider',
      },
      usage: {
        title: 'WhatsApp usage',
        text: 'Delivered messages, what is free and the estimated cost of the month.',
        words: 'cost price charge bill meta category',
      },
      serverStatus: {
        title: 'Server status',
        text: 'Components, alerts, backups, jobs, certificate and disk.',
        words: 'health process version backup disk certificate alert jobs queue',
      },
      limits: {
        title: 'Limits and blocks',
        text: 'Networks that insist too much, and those that always or never get in.',
        words: 'ip address block ban list password attempts attack',
      },
      apiKeys: { title: 'API keys', text: 'For another system of yours to use Atende.', words: 'api token integration bearer developer' },
      events: { title: 'Received events', text: 'What WhatsApp delivered, as it came, to look into problems.', words: 'webhook log debug replay meta' },
      audit: { title: 'Audit', text: 'Who did what, with proof that nothing was changed.', words: 'log record history security lgpd access' },
      serverAudit: { title: 'Audit of the server', text: 'What was done in the administration of the server.', words: 'log record' },
    },
  },
)
