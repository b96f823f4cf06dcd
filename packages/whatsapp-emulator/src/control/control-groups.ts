import type { Engine } from '../state/engine.ts'
import { joinGroup, removeParticipants } from '../state/groups.ts'
import type { PhoneControl } from './backstage-types.ts'
import { ControlError } from './control-error.ts'
import { requireCustomer, requireNumber } from './find-target.ts'

/** What a customer does with groups. */
export function createGroupVerbs(engine: Engine): Pick<PhoneControl, 'joinGroup' | 'leaveGroup'> {
  const { world } = engine
  return {
    joinGroup(phone, invite) {
      const customer = requireCustomer(world, phone)
      const code = world.groups.get(invite)?.inviteCode ?? invite.trim()
      const joined = joinGroup(engine, code, customer.waId)
      if (!joined) throw new ControlError(409, 'no group with this invite link takes anybody in')
      return joined
    },
    leaveGroup(phone, groupId) {
      const customer = requireCustomer(world, phone)
      const group = world.groups.get(groupId)
      if (!group) throw new ControlError(404, `no group ${groupId}`)
      if (group.participants.includes(customer.waId)) {
        return removeParticipants(engine, requireNumber(world, group.phoneNumberId), group, [customer.waId], 'participant')
      }
      const asked = world.groups.put(groupId, { ...group, joinRequests: group.joinRequests.filter((request) => request.waId !== customer.waId) })
      world.emit({ kind: 'state' })
      return asked
    },
  }
}
