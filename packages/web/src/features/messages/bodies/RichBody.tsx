import type { MessageContent } from '@atende/contracts/messages'
import './late-texts.ts'
import { CallPermissionBody } from './CallPermissionBody.tsx'
import { FlowReplyBody } from './FlowReplyBody.tsx'
import { InteractiveBody } from './InteractiveBody.tsx'
import { OrderBody } from './OrderBody.tsx'
import { TemplateBody } from './TemplateBody.tsx'
import { UnsupportedBody } from './UnsupportedBody.tsx'

export type RichContent = Extract<MessageContent, { type: 'order' | 'flow_reply' | 'call_permission' | 'interactive' | 'template' | 'unsupported' }>

/** The rarer kinds of messages, in a chunk of their own. */
export function RichBody({ content }: { content: RichContent }) {
  switch (content.type) {
    case 'order':
      return <OrderBody order={content.order} />
    case 'flow_reply':
      return <FlowReplyBody fields={content.fields} />
    case 'call_permission':
      return <CallPermissionBody permission={content} />
    case 'interactive':
      return <InteractiveBody interactive={content.interactive} />
    case 'template':
      return <TemplateBody template={content.template} />
    case 'unsupported':
      return <UnsupportedBody original={content.original} reason={content.reason} />
  }
}
