import { copyOnly, type PlacementFamily } from './placement-row.ts'

/**
 * A line of a message's head has at most 998 bytes, and should have at most 78; "Subject: " takes 9 of them. No standard
 * limits what follows.
 */
export const EMAIL_PLACEMENTS: PlacementFamily = {
  asOf: '2026-11-28',
  source: ['RFC 5322 section 2.1.1: https://www.rfc-editor.org/rfc/rfc5322'],
  rows: [
    copyOnly('email', 'E-mail', [
      { field: 'subject', name: 'Subject', unit: 'bytes', most: 989, shownUpTo: 69 },
      { field: 'preheader', name: 'Preheader', unit: 'graphemes' },
      { field: 'headline', name: 'Headline', unit: 'graphemes' },
      { field: 'body', name: 'Body', unit: 'graphemes' },
      { field: 'cta', name: 'Button', unit: 'graphemes' },
    ]),
  ],
}

/** Both platforms say "characters" and no more, so UTF-16 units are counted. */
export const CHAT_PLACEMENTS: PlacementFamily = {
  asOf: '2026-11-28',
  source: [
    'WhatsApp templates: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components',
    'WhatsApp body and footer: https://docs.bird.com/api/touchpoints-api/supported-projects/whatsapp-approved-message-templates/creating-whatsapp-message-templates/text-templates',
    'ads in ChatGPT: https://help-lb.openai.com/en/articles/20001218-bulk-upload-campaign-schema-checklist',
  ],
  rows: [
    copyOnly('whatsapp', 'WhatsApp template message', [
      { field: 'headline', name: 'Header', unit: 'utf16', most: 60 },
      { field: 'body', name: 'Body', unit: 'utf16', most: 1024 },
      { field: 'footer', name: 'Footer', unit: 'utf16', most: 60 },
    ]),
    copyOnly('chatgpt', 'Ad in ChatGPT', [
      { field: 'headline', name: 'Title', unit: 'utf16', most: 50, shownUpTo: 24 },
      { field: 'body', name: 'Copy', unit: 'utf16', most: 100, shownUpTo: 48 },
    ]),
  ],
}
