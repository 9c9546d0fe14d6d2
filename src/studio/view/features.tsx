export function Features() {
  return null
}
