const SPACE = 'http://www.w3.org/2000/svg'

/** A drawn map that belongs to no place: roads and water vary with the coordinates, no tile is loaded. */
export function drawMap(latitude: number, longitude: number): SVGSVGElement {
  const seed = Math.abs(Math.sin(latitude * 12.9898 + longitude * 78.233) * 43758.5453) % 1
  const svg = add(null, 'svg', { viewBox: '0 0 250 120', role: 'img', 'aria-label': 'Mapa ilustrativo' })
  add(svg, 'rect', { width: 250, height: 120, class: 'map-land' })
  const shore = 80 + seed * 30
  add(svg, 'path', { d: `M0 ${shore} C60 ${shore - 26} 110 ${shore + 22} 170 ${shore - 8} S230 ${shore - 20} 250 ${shore - 26} V120 H0z`, class: 'map-water' })
  const lean = 20 + seed * 60
  for (const [path, width] of [
    [`M-5 ${shore - 24} C60 ${shore - 50} 110 ${shore - 2} 172 ${shore - 32} S235 ${shore - 44} 255 ${shore - 50}`, 6],
    [`M${lean} -5 L${lean + 34} 130`, 4],
    [`M${lean + 90} -5 L${lean + 112} ${shore}`, 3],
    [`M-5 ${24 + seed * 10} L255 ${12 + seed * 22}`, 3],
  ] as const) {
    add(svg, 'path', { d: path, 'stroke-width': width, class: 'map-road' })
  }
  add(svg, 'path', { d: 'M125 84c-13-15-20-25-20-35a20 20 0 0 1 40 0c0 10-7 20-20 35z', class: 'map-pin' })
  add(svg, 'circle', { cx: 125, cy: 49, r: 6.5, class: 'map-land' })
  return svg
}

function add<K extends keyof SVGElementTagNameMap>(parent: Element | null, tag: K, attributes: Record<string, string | number>): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SPACE, tag)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
  parent?.append(element)
  return element
}
