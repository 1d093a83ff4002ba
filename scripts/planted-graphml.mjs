/**
 * A graph of eight communities as GraphML: a class and eight numbers a node, most edges inside of a community. `attacked`:
 * as many edges more between nodes of two communities. Seeded, so the same call gives the same text.
 */
export function plantedGraphml({attacked = 0, seed = 1} = {}) {
  let state = seed
  // Park & Miller's generator: enough for an example.
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647
  const normal = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
  const [classes, size, width] = [8, 50, 8]
  const nodes = classes * size
  const classOf = (node) => Math.floor(node / size)
  const nodeLines = Array.from({length: nodes}, (_, node) => {
    const numbers = Array.from({length: width}, (_, k) => (k % classes === classOf(node) ? 3 : 0) + normal())
    const data = numbers.map((value, k) => `<data key="f${k}">${value.toFixed(4)}</data>`).join('')
    return `<node id="n${node}"><data key="class">c${classOf(node)}</data>${data}</node>`
  })
  const edges = new Set()
  const join = (u, v) => u !== v && edges.add(u < v ? `${u} ${v}` : `${v} ${u}`)
  const within = () => {
    const c = Math.floor(random() * classes)
    return [c * size + Math.floor(random() * size), c * size + Math.floor(random() * size)]
  }
  const between = () => {
    const u = Math.floor(random() * nodes)
    const v = Math.floor(random() * nodes)
    return classOf(u) === classOf(v) ? between() : [u, v]
  }
  while (edges.size < 1200) join(...within())
  while (edges.size < 1230) join(...between())
  while (edges.size < 1230 + attacked) join(...between())
  const edgeLines = [...edges].map((pair) => {
    const [u, v] = pair.split(' ')
    return `<edge source="n${u}" target="n${v}"/>`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="class" for="node" attr.name="class" attr.type="string"/>
${Array.from({length: width}, (_, k) => `<key id="f${k}" for="node" attr.name="f${k}" attr.type="double"/>`).join('\n')}
<graph edgedefault="undirected">
${[...nodeLines, ...edgeLines].join('\n')}
</graph>
</graphml>
`
}
