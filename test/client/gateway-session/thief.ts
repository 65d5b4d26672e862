/** A process of its own that sends what it reads on standard input, and prints how each was answered: `{status, code}`. */
import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import { z } from "zod";

const asked = z.array(z.object({ url: z.string(), method: z.string(), headers: z.record(z.string(), z.string()) }));

const answers: unknown[] = [];
for (const each of asked.parse(await json(process.stdin))) answers.push(await send(each));
process.stdout.write(JSON.stringify(answers));

async function send({ url, method, headers }: z.infer<typeof asked>[number]): Promise<unknown> {
  const sent = request(url, { method, headers }).end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  const said = z.object({ error: z.object({ code: z.string() }) }).safeParse(await json(answer));
  return { status: answer.statusCode, code: said.data?.error.code ?? null };
}
