/** "+5548991234567", with or without the plus, as people write it: "+55 48 99123-4567"; other countries stay as they are. */
export function formatPhone(phone: string): string {
  const brazil = /^\+?55(\d{2})(\d{4,5})(\d{4})$/.exec(phone)
  return brazil === null ? phone : `+55 ${brazil[1]} ${brazil[2]}-${brazil[3]}`
}
