//! The statements that read rows as JSON, and those that write them.

use crate::moving::Kind;

/// Returns the statement that reads a kind of rows as JSON, `at` being the time of the export; `None` for what is packed.
pub(super) fn reading(kind: Kind, at: i64) -> Option<String> {
    let select = match kind {
        Kind::Generation => GENERATIONS,
        Kind::KeyCheck => KEY_CHECKS,
        Kind::KeptKey => KEPT_KEYS,
        Kind::Setting => SETTINGS,
        Kind::RuleSet => RULE_SETS,
        Kind::Message => MESSAGES,
        Kind::Event => EVENTS,
        Kind::Number => NUMBERS,
        Kind::Call => return Some(CALLS.replace("$at", &at.to_string())),
        Kind::Audit => AUDIT,
        Kind::TallyDay => TALLY_DAYS,
        Kind::Erasure => ERASURES,
        Kind::Refusal => REFUSALS,
        Kind::Bucket | Kind::Code => return None,
    };
    Some(select.to_owned())
}

const GENERATIONS: &str = "
    SELECT json_build_object('generation', json_build_object(
        'number', number, 'fingerprint', encode(fingerprint, 'hex'), 'since', since, 'ended_at', ended_at))::text AS row
    FROM key_generation ORDER BY number";

const KEY_CHECKS: &str = "
    SELECT json_build_object('key_check', json_build_object('name', name, 'digest', encode(digest, 'hex')))::text AS row
    FROM key_check ORDER BY name COLLATE \"C\"";

const KEPT_KEYS: &str = "
    SELECT json_build_object('kept_key', json_build_object('name', name, 'sealed', encode(sealed, 'hex')))::text AS row
    FROM kept_key ORDER BY name COLLATE \"C\"";

const SETTINGS: &str = "
    SELECT json_build_object('setting', json_build_object(
        'kind', kind, 'key', key, 'value', value, 'sealed', encode(sealed, 'hex'), 'version', version))::text AS row
    FROM setting ORDER BY kind COLLATE \"C\", key COLLATE \"C\"";

const RULE_SETS: &str = "
    SELECT json_build_object('rule_set', json_build_object('id', id, 'limits', limits))::text AS row
    FROM rule_set ORDER BY id";

/// With whether the message has its outcome.
const MESSAGES: &str = "
    SELECT json_build_object('message', json_build_object(
        'id', encode(uuid_send(id), 'hex'), 'request_id', encode(uuid_send(request_id), 'hex'), 'decided_at', decided_at,
        'app', app, 'channel', channel, 'phone', encode(phone, 'hex'), 'number', number, 'scope', scope,
        'code_mac', encode(code_mac, 'hex'), 'code_ends', code_ends, 'code_tries', code_tries, 'code_keeps', code_keeps,
        'code_of', encode(uuid_send(code_of), 'hex'), 'rule_set', rule_set, 'buckets', encode(buckets, 'hex'),
        'refusals', encode(refusals, 'hex'), 'price', price, 'gave_back', gave_back, 'cost', cost,
        'attempts', coalesce((
            SELECT json_agg(json_build_object(
                'provider', provider, 'started_at', started_at, 'ended_at', ended_at, 'outcome', outcome, 'kind', kind,
                'detail', detail, 'provider_message_id', provider_message_id) ORDER BY place)
            FROM attempt WHERE attempt.message = message.id), '[]'),
        'receipts', coalesce((
            SELECT json_agg(json_build_object(
                'at', at, 'provider', provider, 'status', status, 'vendor_code', vendor_code, 'claims', claims) ORDER BY place)
            FROM receipt WHERE receipt.message = message.id), '[]')))::text AS row,
        settled_at IS NOT NULL AS settled
    FROM message ORDER BY decided_at, id";

const EVENTS: &str = "
    SELECT json_build_object('event', json_build_object(
        'id', encode(uuid_send(id), 'hex'), 'at', at, 'kind', kind, 'caller', caller, 'number', number, 'scope', scope,
        'messages', coalesce((
            SELECT json_agg(encode(uuid_send(one), 'hex') ORDER BY place)
            FROM unnest(messages) WITH ORDINALITY AS of_event (one, place)), '[]'),
        'sealed', encode(sealed, 'hex')))::text AS row
    FROM code_event ORDER BY at, id";

const NUMBERS: &str = "
    SELECT json_build_object('number', json_build_object('key', key, 'in_a_row', in_a_row))::text AS row
    FROM number WHERE in_a_row > 0 ORDER BY key";

const CALLS: &str = "
    SELECT json_build_object('call', json_build_object(
        'id', encode(id, 'hex'), 'ends', ends, 'body', encode(body, 'hex'), 'number', number,
        'message', encode(uuid_send(message), 'hex'), 'finding', encode(finding, 'hex'), 'answer', encode(answer, 'hex')))::text AS row
    FROM keyed_call WHERE ends > $at AND number IS NOT NULL ORDER BY id";

const AUDIT: &str = "
    SELECT json_build_object('audit', json_build_object('seq', seq, 'text', text, 'hash', encode(hash, 'hex')))::text AS row
    FROM audit ORDER BY seq";

const TALLY_DAYS: &str = "
    SELECT json_build_object('tally_day', json_build_object(
        'at', at, 'app', app, 'channel', channel, 'country', country, 'provider', provider,
        'counts', encode(counts, 'hex')))::text AS row
    FROM tally_day ORDER BY at, app COLLATE \"C\", channel COLLATE \"C\", country COLLATE \"C\", provider COLLATE \"C\"";

const ERASURES: &str = "
    SELECT json_build_object('erasure', json_build_object(
        'request', encode(uuid_send(request), 'hex'), 'at', at, 'phone', encode(phone, 'hex'), 'ended_at', ended_at))::text AS row
    FROM erasure ORDER BY request";

const REFUSALS: &str = "
    SELECT json_build_object('refusal', json_build_object(
        'id', encode(uuid_send(id), 'hex'), 'number', number, 'sealed', encode(sealed, 'hex')))::text AS row
    FROM refusal ORDER BY id";

/// The packed columns of buckets and of codes.
pub(super) const BUCKETS: &str = "SELECT key, span, hits FROM bucket ORDER BY key";
pub(super) const CODES: &str = "SELECT key, codes FROM code WHERE codes <> '' ORDER BY key";

/// Returns the statements that write rows of a kind, which `$1` has as an array of JSON; none for what is packed.
pub(super) const fn writing(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Generation => &["
            INSERT INTO key_generation
            SELECT number, decode(fingerprint, 'hex'), since, ended_at FROM json_array_elements($1::text::json) AS one,
                json_to_record(one -> 'generation') AS row (number integer, fingerprint text, since bigint, ended_at bigint)"],
        Kind::KeyCheck => &["
            INSERT INTO key_check
            SELECT name, decode(digest, 'hex') FROM json_array_elements($1::text::json) AS one,
                json_to_record(one -> 'key_check') AS row (name text, digest text)"],
        Kind::KeptKey => &["
            INSERT INTO kept_key
            SELECT name, decode(sealed, 'hex') FROM json_array_elements($1::text::json) AS one,
                json_to_record(one -> 'kept_key') AS row (name text, sealed text)"],
        Kind::Setting => &["
            INSERT INTO setting
            SELECT kind, key, row.value, decode(sealed, 'hex'), version FROM json_array_elements($1::text::json) AS one,
                json_to_record(one -> 'setting') AS row (kind text, key text, value text, sealed text, version bigint)"],
        Kind::RuleSet => &["
            INSERT INTO rule_set
            SELECT id, limits FROM json_array_elements($1::text::json) AS one,
                json_to_record(one -> 'rule_set') AS row (id bigint, limits text)"],
        Kind::Message => &[INTO_MESSAGE, INTO_ATTEMPT, INTO_RECEIPT],
        Kind::Event => &["
            INSERT INTO code_event (id, at, kind, caller, number, scope, messages, sealed)
            SELECT id, at, kind, caller, number, scope,
                   ARRAY (SELECT json_array_elements_text(messages)::uuid), decode(sealed, 'hex')
            FROM json_array_elements($1::text::json) AS one, json_to_record(one -> 'event') AS row (
                id uuid, at bigint, kind text, caller text, number bigint, scope bigint, messages json, sealed text)"],
        Kind::Call => &["
            INSERT INTO keyed_call (id, ends, body, number, message, finding, answer)
            SELECT decode(id, 'hex'), ends, decode(body, 'hex'), number, message, decode(finding, 'hex'), decode(answer, 'hex')
            FROM json_array_elements($1::text::json) AS one, json_to_record(one -> 'call') AS row (
                id text, ends bigint, body text, number bigint, message uuid, finding text, answer text)"],
        Kind::Audit => &["
            INSERT INTO audit
            SELECT seq, text, decode(hash, 'hex') FROM json_array_elements($1::text::json) AS one,
                json_to_record(one -> 'audit') AS row (seq bigint, text text, hash text)"],
        Kind::TallyDay => &["
            INSERT INTO tally_day
            SELECT at, app, channel, country, provider, decode(counts, 'hex') FROM json_array_elements($1::text::json) AS one,
                json_to_record(one -> 'tally_day') AS row (
                    at bigint, app text, channel text, country text, provider text, counts text)"],
        Kind::Erasure => &["
            INSERT INTO erasure
            SELECT request, at, decode(phone, 'hex'), ended_at FROM json_array_elements($1::text::json) AS one,
                json_to_record(one -> 'erasure') AS row (request uuid, at bigint, phone text, ended_at bigint)"],
        Kind::Refusal => &["
            INSERT INTO refusal
            SELECT id, number, decode(sealed, 'hex') FROM json_array_elements($1::text::json) AS one,
                json_to_record(one -> 'refusal') AS row (id uuid, number bigint, sealed text)"],
        Kind::Bucket | Kind::Number | Kind::Code => &[],
    }
}

const INTO_MESSAGE: &str = "
    INSERT INTO message (id, request_id, decided_at, app, channel, phone, number, scope, code_mac, code_ends, code_tries,
                         code_keeps, code_of, rule_set, buckets, refusals, price, settled_at, gave_back, cost)
    SELECT id, request_id, decided_at, app, channel, decode(phone, 'hex'), number, scope, decode(code_mac, 'hex'), code_ends,
           code_tries, code_keeps, code_of, rule_set, decode(buckets, 'hex'), decode(refusals, 'hex'), price,
           coalesce((SELECT max((attempt ->> 'ended_at')::bigint) FROM json_array_elements(attempts) AS attempt), decided_at),
           gave_back, cost
    FROM json_array_elements($1::text::json) AS one, json_to_record(one -> 'message') AS row (
        id uuid, request_id uuid, decided_at bigint, app text, channel text, phone text, number bigint, scope bigint,
        code_mac text, code_ends bigint, code_tries smallint, code_keeps smallint, code_of uuid, rule_set bigint, buckets text,
        refusals text, price bigint, gave_back boolean, cost bigint, attempts json)";

const INTO_ATTEMPT: &str = "
    INSERT INTO attempt (message, place, provider, started_at, ended_at, outcome, kind, detail, provider_message_id)
    SELECT (one -> 'message' ->> 'id')::uuid, place - 1, provider, started_at, ended_at, outcome, kind, detail,
           provider_message_id
    FROM json_array_elements($1::text::json) AS one,
         json_array_elements(one -> 'message' -> 'attempts') WITH ORDINALITY AS attempts (attempt, place),
         json_to_record(attempt) AS row (
            provider text, started_at bigint, ended_at bigint, outcome text, kind text, detail text, provider_message_id text)";

const INTO_RECEIPT: &str = "
    INSERT INTO receipt (message, place, at, provider, status, vendor_code, claims)
    SELECT (one -> 'message' ->> 'id')::uuid, place - 1, at, provider, status, vendor_code, claims
    FROM json_array_elements($1::text::json) AS one,
         json_array_elements(one -> 'message' -> 'receipts') WITH ORDINALITY AS receipts (receipt, place),
         json_to_record(receipt) AS row (at bigint, provider text, status text, vendor_code text, claims text)";

/// Write rows that are packed: their columns, and the time of the export as that of their newest event.
pub(super) const INTO_BUCKET: &str = "
    INSERT INTO bucket (key, at, span, hits)
    SELECT key, $4, span, hits FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) AS new (key, span, hits)";
pub(super) const INTO_NUMBER: &str = "
    INSERT INTO number (key, at, in_a_row)
    SELECT key, $3, in_a_row FROM unnest($1::bigint[], $2::integer[]) AS new (key, in_a_row)";
pub(super) const INTO_CODE: &str = "
    INSERT INTO code (key, at, codes)
    SELECT key, $3, codes FROM unnest($1::bigint[], $2::bytea[]) AS new (key, codes)";
