/** Invented Portuguese with the distribution of a real one: a few words everywhere, thousands hardly ever (Zipf). */
const COMMON =
  'de a o que e do da em um para com uma os no se na por mais as dos como mas ao das tem seu sua ou quando muito nos já eu também só pelo pela até isso ela entre depois sem mesmo aos seus quem nas me esse eles você essa num nem suas meu às minha numa pelos elas qual lhe ' +
  'bom dia boa tarde noite olá oi obrigado obrigada reserva quarto reais pousada café manhã check hoje amanhã ontem semana mês preço valor pix cartão pagamento casal criança solteiro varanda vista mar praia piscina toalha chuveiro ar condicionado wifi senha estacionamento carro ônibus ' +
  'aeroporto táxi endereço rua centro restaurante almoço jantar cardápio alergia aniversário lua mel família amigos cachorro gato feriado carnaval páscoa natal janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro segunda terça quarta quinta sexta sábado domingo ' +
  'chegar chego chegamos sair saída entrada horas cedo tarde confirmar confirmação confirmado cancelar cancelamento desconto promoção diária diárias hóspede hóspedes recepção recibo nota fiscal comprovante depósito dúvida ajuda problema resolver precisa preciso quero gostaria posso pode podem favor certo perfeito ótimo ótima lindo maravilhoso voltar viagem passeio barco trilha cachoeira ingresso'
const SYLLABLES =
  'ba be bi bo bra bre ca ce ci co cra da de di do dra fa fe fi flo fra ga go gra gui ja jo la le li lo lu ma me mi mo na ne ni no nha nho pa pe pi po pra pre qua que ra re ri ro ru sa se si so ta te ti to tra tre va ve vi vo xa za ção ções dade mente eira eiro inho inha ista'.split(
    ' ',
  )

/** The same numbers each time: a run can be compared with the one before. */
export function dice(seed: number): () => number {
  let s = seed
  return () => {
    s = (s + 0x6d2b79f5) | 0
    let t = Math.imul(s ^ (s >>> 15), 1 | s)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const pick = <T>(list: readonly T[], roll: () => number, fallback: T): T => list[Math.floor(roll() * list.length)] ?? fallback

export function vocabulary(size: number, roll: () => number): string[] {
  const words = new Set(COMMON.split(' '))
  while (words.size < size) words.add(Array.from({ length: 2 + Math.floor(roll() * 3) }, () => pick(SYLLABLES, roll, 'ba')).join(''))
  return [...words]
}

/** Picks by rank: the first twice as often as the second, three times as often as the third. */
export function zipf(size: number, roll: () => number): () => number {
  const sums = new Float64Array(size)
  let sum = 0
  for (let rank = 0; rank < size; rank++) {
    sum += 1 / (rank + 1)
    sums[rank] = sum
  }
  return () => {
    const wanted = roll() * sum
    let [low, high] = [0, size - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] ?? 0) < wanted) low = middle + 1
      else high = middle
    }
    return low
  }
}

const FIRST =
  'Maria José Ana João Antônio Francisco Carlos Paulo Pedro Lucas Luiz Marcos Luís Gabriel Rafael Francisca Marcelo Bruno Eduardo Adriana Juliana Márcia Fernanda Patrícia Aline Sandra Camila Amanda Bruna Jéssica Letícia Júlia Luciana Vanessa Mariana Gabriela Vera Vitória Larissa Cláudia Beatriz Rita Luana Sônia Renata Eliane Conceição Otávio Zuleica Quitéria'.split(
    ' ',
  )
const LAST =
  'Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro Martins Carvalho Almeida Lopes Soares Fernandes Vieira Barbosa Rocha Dias Nascimento Andrade Moreira Nunes Marques Machado Mendes Freitas Cardoso Ramos Gonçalves Santana Teixeira Araújo Pinto Cavalcanti Zambujal Kubitza'.split(
    ' ',
  )
export const personName = (roll: () => number): string => `${pick(FIRST, roll, 'Ana')} ${pick(LAST, roll, 'Silva')} ${pick(LAST, roll, 'Lima')}`
