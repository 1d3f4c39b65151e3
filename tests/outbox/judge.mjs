// Reads one JSON request a line, answers with one line each.
//   {"verify": {secret, headers, body}} → {"good": true} or {"bad": why}
//   {"mail": base64} → what postal-mime makes of it
import readline from "node:readline";
import PostalMime from "postal-mime";
import { Webhook } from "standardwebhooks";

async function answer({ verify, mail }) {
  if (verify) {
    try {
      new Webhook(verify.secret).verify(verify.body, verify.headers);
      return { good: true };
    } catch (error) {
      return { bad: String(error.message) };
    }
  }
  const read = await PostalMime.parse(Buffer.from(mail, "base64"));
  return {
    subject: read.subject,
    from: read.from,
    to: read.to,
    messageId: read.messageId,
    text: read.text,
    html: read.html,
    headers: read.headers.map((one) => one.key),
    attachments: read.attachments.length,
  };
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await answer(JSON.parse(line))));
}
