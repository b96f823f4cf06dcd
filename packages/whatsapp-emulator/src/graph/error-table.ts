import type { JsonObject } from '../json.ts'

export interface ErrorEntry {
  http: number
  title: string
  details: string
}

const entry = (http: number, title: string, details = ''): ErrorEntry => ({ http, title, details })

/** Error codes of the platform with HTTP status and title (Cloud API, error codes). */
const ERROR_TABLE: Readonly<Record<number, ErrorEntry>> = {
  0: entry(401, 'AuthException', 'The app user could not be authenticated.'),
  1: entry(400, 'API Unknown', 'Invalid request or possible server error.'),
  2: entry(503, 'API Service', 'Temporary downtime or overload.'),
  3: entry(500, 'API Method', 'Capability or permission issue.'),
  4: entry(400, 'API Too Many Calls', 'The app has reached its call rate limit.'),
  10: entry(403, 'Permission Denied', 'Permission is either not granted or has been removed.'),
  33: entry(400, 'Parameter value is not valid', 'The business phone number has been deleted.'),
  100: entry(400, 'Invalid parameter', 'One or more parameters are unsupported or misspelled.'),
  190: entry(401, 'Access token has expired', 'The access token has expired.'),
  200: entry(403, 'API Permission', 'Permission is either not granted or has been removed.'),
  368: entry(403, 'Temporarily blocked for policies violations', 'The account is restricted for violating a platform policy.'),
  613: entry(429, 'Calls to this api have exceeded the rate limit.', 'Call rate exceeded.'),
  80007: entry(400, 'Rate limit issues', 'The WhatsApp Business Account has reached its rate limit.'),
  130403: entry(403, 'Recipient blocked', 'The business has blocked this user.'),
  130429: entry(400, 'Rate limit hit', 'Cloud API message throughput has been reached.'),
  130472: entry(400, "User's number is part of an experiment", 'The message was not sent as part of an experiment.'),
  130497: entry(403, 'Business account is restricted from messaging users in this country.', 'Country restriction.'),
  131000: entry(500, 'Something went wrong', 'Message failed to send due to an unknown error.'),
  131005: entry(403, 'Access denied', 'Permission is either not granted or has been removed.'),
  131008: entry(400, 'Required parameter is missing', 'The request is missing a required parameter.'),
  131009: entry(400, 'Parameter value is not valid', 'One or more parameter values are invalid.'),
  131016: entry(500, 'Service unavailable', 'A service is temporarily unavailable.'),
  131020: entry(400, 'Invalid group', 'The group has no other participant.'),
  131021: entry(400, 'Recipient cannot be sender', 'Sender and recipient phone number is the same.'),
  131026: entry(400, 'Message undeliverable', 'Unable to deliver message to this recipient.'),
  131030: entry(400, 'Recipient phone number not in allowed list', 'Add the recipient phone number to the allowed list.'),
  131031: entry(403, 'Account has been locked', 'The account was restricted or its data could not be verified.'),
  131037: entry(400, 'WhatsApp provided number needs display name approval before message can be sent.', 'Display name is not approved.'),
  131041: entry(400, 'Unknown group', 'The group does not exist.'),
  131042: entry(400, 'Business eligibility payment issue', 'There was an error related to the payment method.'),
  131045: entry(500, 'Incorrect certificate', 'Message failed due to a phone number registration error.'),
  131047: entry(400, 'Re-engagement message', 'More than 24 hours have passed since the customer last replied to this number.'),
  131048: entry(400, 'Spam rate limit hit', 'Too many messages from this number were blocked or flagged as spam.'),
  131049: entry(400, 'Meta chose not to deliver.', 'Not delivered to maintain healthy ecosystem engagement.'),
  131050: entry(400, 'User has stopped marketing messages', 'The recipient chose to stop marketing messages.'),
  131051: entry(400, 'Unsupported message type', 'Message type is not currently supported.'),
  131052: entry(400, 'Media download error', 'Unable to download the media sent by the user.'),
  131053: entry(400, 'Media upload error', 'Unable to upload the media used in the message.'),
  131055: entry(400, 'Method not allowed', 'Only marketing templates are allowed here.'),
  131056: entry(400, '(Business Account, Consumer Account) pair rate limit hit', 'Too many messages from this number to the same recipient.'),
  131057: entry(500, 'Account in maintenance mode', 'The account is in maintenance mode.'),
  131059: entry(400, 'Paging cursor expired', 'Start the list again.'),
  131060: entry(400, 'This message is unavailable', 'This message is unavailable.'),
  131061: entry(400, 'bid_spec not allowed', 'bid_spec is not allowed on Cloud API.'),
  131062: entry(400, 'Business-scoped user id not allowed', 'This message needs a phone number.'),
  131063: entry(400, 'Marketing messages are switched off', 'Use the marketing messages endpoint.'),
  131064: entry(400, 'Template miscategorisation limit', 'Sending is limited because of wrong template categories.'),
  131208: entry(429, 'Group rate limit hit', 'Too many group operations.'),
  132000: entry(400, 'Number of parameters does not match the expected number of params', 'Parameter count differs from the template.'),
  132001: entry(404, 'Template name does not exist in the translation', 'The template does not exist in the language or is not approved.'),
  132005: entry(400, 'Translated text too long', 'The filled text is too long.'),
  132007: entry(400, 'Template content violates policy', 'The template content violates a policy.'),
  132012: entry(400, 'Parameter format does not match format in the created template', 'Parameter format differs from the template.'),
  132015: entry(400, 'Template is paused', 'The template is paused because of low quality.'),
  132016: entry(400, 'Template is disabled', 'The template was paused too often and is disabled.'),
  132068: entry(400, 'Flow is in blocked state', 'The flow is blocked.'),
  132069: entry(400, 'Flow is in throttled state', 'The flow is throttled.'),
  133000: entry(500, 'Incomplete deregistration', 'A former deregistration failed.'),
  133004: entry(503, 'Server temporarily unavailable', 'Server is temporarily unavailable.'),
  133005: entry(400, 'Two-step verification PIN mismatch', 'The PIN is incorrect.'),
  133006: entry(400, 'Phone number re-verification needed', 'Verify the phone number before registering it.'),
  133008: entry(400, 'Too many two-step verification PIN guesses', 'Try again later.'),
  133009: entry(400, 'Two-step verification PIN guessed too fast', 'Try again later.'),
  133010: entry(400, 'Phone number not registered', 'The phone number is not registered on the platform.'),
  133015: entry(400, 'Phone number was just deleted', 'Wait a few minutes before registering this number.'),
  133016: entry(400, 'Account register deregister rate limit exceeded', 'Too many register and deregister calls.'),
  134011: entry(400, 'Payments terms of service have not been accepted', 'Accept the payments terms.'),
  134100: entry(400, 'Only marketing messages supported', 'Only marketing templates are allowed here.'),
  134101: entry(400, 'Template is syncing', 'The template is not ready yet; wait ten minutes.'),
  134102: entry(500, 'Template unavailable', 'The template is unavailable for this endpoint.'),
  135000: entry(400, 'Generic user error', 'Message failed because of an unknown problem with the request.'),
  136024: entry(400, 'Phone number already verified', 'The phone number is already verified.'),
  137000: entry(400, 'Identity changed', "The recipient's identity changed."),
  139100: entry(400, 'Failed to block/unblock some users', 'See the list of failed users.'),
}

/** The table's entry, or a plain one for a code that is not in the table. */
export function findErrorEntry(code: number): ErrorEntry {
  return ERROR_TABLE[code] ?? entry(400, 'Unknown error', `Error code ${code}.`)
}

/** The error as it stands in a `failed` status (Cloud API, message statuses). */
export function errorForStatus(code: number): JsonObject {
  const { title, details } = findErrorEntry(code)
  return {
    code,
    title,
    message: title,
    error_data: { details },
    href: 'https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/',
  }
}
