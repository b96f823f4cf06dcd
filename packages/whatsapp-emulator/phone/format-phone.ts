/** A Brazilian phone with its usual gaps; any other stays as it was written. */
export function formatPhone(phone: string): string {
  const brazilian = /^\+?55(\d{2})(\d{4,5})(\d{4})$/.exec(phone.replace(/[\s().-]/g, ''))
  return brazilian ? `+55 ${brazilian[1]} ${brazilian[2]}-${brazilian[3]}` : phone
}
