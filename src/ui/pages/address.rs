//! Filters in the address of a page.

/// `path` with those of the pairs that have a value, as its query.
pub fn with_query<'a>(
    path: &str,
    pairs: impl IntoIterator<Item = (&'static str, &'a Option<String>)>,
) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    match query.finish() {
        none if none.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}
