import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { paramsOf } from "../../shared/message.ts";
import type { RpcMessage } from "../../shared/target.ts";
import type { Masker } from "../masking/masker.ts";

/**
 * A target's request as the client gets it, masked. A form's fields are masked one by one: their names say what is asked for, and a schema
 * masked as a value of such a name would be no form any more.
 */
export function maskQuestion(masker: Masker, message: RpcMessage): ReturnType<typeof masker.mask<RpcMessage>> {
  const params = paramsOf(message);
  const { requestedSchema: form } = params;
  if (!isJsonObject(form) || !isJsonObject(form.properties)) return masker.mask(message);
  const bare = { ...message, params: { ...params, requestedSchema: { ...form, properties: {} } } };
  const { value, hidden } = masker.mask<RpcMessage>(bare);
  const fields = Object.entries(form.properties).map(([name, field]) => ({ name, ...masker.mask<Json>(field) }));
  const schema = { ...form, ...objectOf(paramsOf(value).requestedSchema) };
  const properties = Object.fromEntries(fields.map((field) => [field.name, field.value]));
  return {
    value: { ...value, params: { ...paramsOf(value), requestedSchema: { ...schema, properties } } },
    hidden: [
      ...hidden,
      ...fields.flatMap((field) =>
        field.hidden.map(({ path, kind }) => ({
          path: ["params", "requestedSchema", "properties", field.name, ...path],
          kind,
        })),
      ),
    ],
  };
}

/** An `input_required` result (2026-07-28) as the client gets it: each of its requests masked as a question is. */
export function maskInput(masker: Masker, result: JsonObject): ReturnType<typeof masker.mask<JsonObject>> {
  const { value, hidden } = masker.mask<JsonObject>({ ...result, inputRequests: {} });
  const asked = Object.entries(objectOf(result.inputRequests)).map(([name, request]) => {
    const question = maskQuestion(masker, { ...objectOf(request), jsonrpc: "2.0" });
    const { jsonrpc: _version, ...said } = question.value;
    return { name, said, hidden: question.hidden };
  });
  return {
    value: { ...value, inputRequests: Object.fromEntries(asked.map(({ name, said }) => [name, said])) },
    hidden: [
      ...hidden,
      ...asked.flatMap((each) =>
        each.hidden.map(({ path, kind }) => ({ path: ["inputRequests", each.name, ...path], kind })),
      ),
    ],
  };
}

function objectOf(value: Json | undefined): Readonly<Record<string, Json>> {
  return isJsonObject(value) ? value : {};
}
