//! Keyset cursors: where the next page starts, as the last row's sort values. Opaque to callers.

use crate::domain::page::{DEFAULT_LIMIT, MAX_LIMIT, Page};
use crate::domain::{AppError, AppResult};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

/// Longest cursor that is read, in bytes: twice the longest that is written (a name of 200 characters).
const MAX_BYTES: usize = 4096;
/// The last microsecond of the year 9999: sorts after every time that a row has, and both engines can keep it.
const END_OF_TIME_US: i64 = 253_402_300_799_999_999;

/// The sort values as base64url of a JSON array.
pub fn encode(values: &[Value]) -> String {
    URL_SAFE_NO_PAD.encode(Value::from(values).to_string())
}

/// The `N` sort values of a cursor that [`encode`] made.
pub fn decode<const N: usize>(text: &str) -> AppResult<[Value; N]> {
    (text.len() <= MAX_BYTES)
        .then(|| URL_SAFE_NO_PAD.decode(text).ok())
        .flatten()
        .and_then(|bytes| serde_json::from_slice::<Vec<Value>>(&bytes).ok())
        .and_then(|values| values.try_into().ok())
        .ok_or_else(unreadable)
}

/// The error of a cursor that this list did not make.
pub fn unreadable() -> AppError {
    AppError::invalid("cursor", "is not a cursor of this list: leave it out to start from the first page")
}

/// How many rows a page has: 1 to [`MAX_LIMIT`], [`DEFAULT_LIMIT`] when absent or empty.
pub fn limit(text: Option<&str>) -> AppResult<u32> {
    match text.filter(|text| !text.is_empty()) {
        None => Ok(DEFAULT_LIMIT),
        Some(text) => text
            .parse()
            .ok()
            .filter(|limit| (1..=MAX_LIMIT).contains(limit))
            .ok_or_else(|| AppError::invalid("limit", format!("must be between 1 and {MAX_LIMIT}"))),
    }
}

/// A filter's text as far as it says anything; refuses U+0000, which PostgreSQL cannot take.
pub fn filter<'a>(name: &str, text: Option<&'a str>) -> AppResult<Option<&'a str>> {
    match text.filter(|text| !text.is_empty()) {
        Some(text) if text.contains('\0') => {
            Err(AppError::invalid(name, "contains the character U+0000, which cannot be stored"))
        }
        found => Ok(found),
    }
}

/// Where a list sorted by a unique text goes on; the empty text is before every row.
pub fn after_text(cursor: Option<&str>) -> AppResult<String> {
    let Some(cursor) = filter("cursor", cursor)? else { return Ok(String::new()) };
    let [text] = decode(cursor)?;
    text.as_str().filter(|text| !text.contains('\0')).map(str::to_owned).ok_or_else(unreadable)
}

/// Where a list of the newest ids first goes on; the highest id is before every row.
pub fn before_id(cursor: Option<&str>) -> AppResult<Uuid> {
    let Some(cursor) = filter("cursor", cursor)? else { return Ok(Uuid::max()) };
    let [id] = decode(cursor)?;
    read_id(&id)
}

/// Where a list of the latest times first goes on; the end of time is before every row.
pub fn before_time(cursor: Option<&str>) -> AppResult<(DateTime<Utc>, Uuid)> {
    let Some(cursor) = filter("cursor", cursor)? else {
        return Ok((time(END_OF_TIME_US)?, Uuid::max()));
    };
    let [micros, id] = decode(cursor)?;
    Ok((time(micros.as_i64().ok_or_else(unreadable)?)?, read_id(&id)?))
}

/// The cursor that [`before_time`] reads.
pub fn time_and_id(time: DateTime<Utc>, id: Uuid) -> Vec<Value> {
    vec![json!(time.timestamp_micros()), json!(id)]
}

/// Where a list of the highest rank first, then of the latest time, goes on; `None`: at its beginning.
pub fn before_rank(cursor: Option<&str>) -> AppResult<Option<(i64, DateTime<Utc>, Uuid)>> {
    let Some(cursor) = filter("cursor", cursor)? else { return Ok(None) };
    let [rank, micros, id] = decode(cursor)?;
    let number = |value: &Value| value.as_i64().ok_or_else(unreadable);
    Ok(Some((number(&rank)?, time(number(&micros)?)?, read_id(&id)?)))
}

/// The cursor that [`before_rank`] reads.
pub fn rank_and_time(rank: i64, time: DateTime<Utc>, id: Uuid) -> Vec<Value> {
    vec![json!(rank), json!(time.timestamp_micros()), json!(id)]
}

fn time(micros: i64) -> AppResult<DateTime<Utc>> {
    (0..=END_OF_TIME_US)
        .contains(&micros)
        .then(|| DateTime::from_timestamp_micros(micros))
        .flatten()
        .ok_or_else(unreadable)
}

fn read_id(value: &Value) -> AppResult<Uuid> {
    value.as_str().and_then(|text| Uuid::parse_str(text).ok()).ok_or_else(unreadable)
}

/// A page of `limit` rows out of up to `limit + 1`: the one too many says that there is a next page.
pub fn page<T>(mut rows: Vec<T>, limit: u32, key: impl FnOnce(&T) -> Vec<Value>) -> Page<T> {
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next_cursor = rows.last().filter(|_| more).map(|last| encode(&key(last)));
    Page { items: rows, next_cursor }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_reads_back() {
        let id = Uuid::from_u128(7);
        let at = DateTime::from_timestamp_micros(1_700_000_000_000_001).unwrap();
        assert_eq!(before_time(Some(&encode(&time_and_id(at, id)))).unwrap(), (at, id));
        assert_eq!(before_rank(Some(&encode(&rank_and_time(60, at, id)))).unwrap(), Some((60, at, id)));
        assert_eq!(after_text(Some(&encode(&[json!("Zoë \"q\"")]))).unwrap(), "Zoë \"q\"");
        assert_eq!(before_id(Some(&encode(&[json!(id)]))).unwrap(), id);
    }

    #[test]
    fn garbage_is_refused_at_cursor() {
        let huge = "A".repeat(MAX_BYTES + 1);
        let nul = encode(&[json!("a\0")]);
        let wrong = encode(&[json!(1), json!(2), json!(3)]);
        let far = encode(&[json!(i64::MAX), json!(Uuid::nil())]);
        for text in
            ["!", "bm90IGpzb24", "e30", huge.as_str(), nul.as_str(), wrong.as_str(), far.as_str(), "\0"]
        {
            for error in [
                after_text(Some(text)).unwrap_err(),
                before_time(Some(text)).unwrap_err(),
                before_id(Some(text)).unwrap_err(),
            ] {
                assert_eq!(error.errors()[0].pointer, "cursor", "{text}");
            }
        }
    }

    #[test]
    fn limits_are_bounded() {
        assert_eq!(limit(None).unwrap(), DEFAULT_LIMIT);
        assert_eq!(limit(Some("")).unwrap(), DEFAULT_LIMIT);
        assert_eq!(limit(Some("200")).unwrap(), 200);
        for bad in ["0", "201", "-1", "1.5", "ten", "99999999999"] {
            assert_eq!(limit(Some(bad)).unwrap_err().errors()[0].pointer, "limit", "{bad}");
        }
    }

    #[test]
    fn only_a_full_page_has_a_next_one() {
        let key = |n: &i64| vec![json!(n)];
        assert_eq!(page(vec![1, 2], 2, key).next_cursor, None);
        let first = page(vec![1, 2, 3], 2, key);
        assert_eq!(first.items, [1, 2]);
        assert_eq!(first.next_cursor, Some(encode(&[json!(2)])));
    }
}
