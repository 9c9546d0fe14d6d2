/** "Did you mean …?": the nearest names by edit distance, for every message about an unknown word. */

/** At most `most` of `names` that resemble `word`, nearest first; names that contain the word count as near. */
export function suggest(word: string, names: Iterable<string>, most = 3): string[] {
  const wanted = word.toLowerCase()
  const limit = Math.max(2, Math.floor(word.length / 3))
  return [...new Set(names)]
    .map((name) => {
      const other = name.toLowerCase()
      const near = wanted.length > 2 && other.includes(wanted)
      return { name, distance: near ? 0.5 : editDistance(wanted, other) }
    })
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ name }) => name)
}

/** ` (did you mean 'a' or 'b'?)`, or nothing when no name is near. */
export function didYouMean(word: string, names: Iterable<string>): string {
  const near = suggest(word, names)
  return near.length === 0 ? '' : ` (did you mean ${near.map((n) => `'${n}'`).join(' or ')}?)`
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same)
    }
    row = next
  }
  return row[b.length] ?? 0
}
