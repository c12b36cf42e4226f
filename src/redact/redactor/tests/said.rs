//! Tables, what programs say about a setting, and what validators print of it.

use crate::redact::Redactor;

#[test]
fn a_cell_of_a_table_is_hidden_whatever_draws_its_lines() {
    let redactor = Redactor::new();
    redactor.register_name("API_KEY");
    for column in ['|', '│', '┃', '║', '┆', '┊', '¦'] {
        for (line, shown) in [
            ("│ API_KEY │ Qx7!mP-alpha zeta │", "│ API_KEY │ *** │"),
            ("│ API_KEY │ 'mPq7Xz24Ab9k' │ secret │", "│ API_KEY │ *** │ secret │"),
            ("API_KEY│x", "API_KEY│***"),
            ("│ (index) │ API_KEY │", "│ (index) │ API_KEY │"),
            ("│ API_KEY │", "│ API_KEY │"),
        ] {
            let with = |text: &str| text.replace('│', &column.to_string());
            assert_eq!(redactor.clean(&with(line)), with(shown));
        }
    }
}

#[test]
fn what_is_said_of_a_secret_and_the_code_that_reads_it_stay() {
    let redactor = Redactor::new();
    redactor.register_name("PREV_TOKEN");
    for line in [
        "sh: 1: PREV_TOKEN: parameter not set",
        "/app/start.sh: line 3: PREV_TOKEN: unbound variable",
        "PREV_TOKEN: Field required",
        "PREV_TOKEN: cannot be blank",
        "PREV_TOKEN: must be at least 32 characters",
        "PREV_TOKEN: This environment variable is required",
        "PREV_TOKEN: String must contain at least 32 character(s)",
        "PREV_TOKEN: configured",
        "PREV_TOKEN: set (32 characters)",
        "PREV_TOKEN: ok",
        "WARN PREV_TOKEN: using default",
        "Invalid environment variables: { PREV_TOKEN: [ 'Required' ] }",
        "PREV_TOKEN = env.str(\"PREV_TOKEN\", default=\"\")",
        "PREV_TOKEN: z.string().min(1),",
        "PREV_TOKEN: z.string().min(32, \"too short\"),",
        "PREV_TOKEN: str = Field(...)",
        "PREV_TOKEN: Joi.string().required(),",
        "prev_token: <%= ENV[\"PREV_TOKEN\"] %>",
    ] {
        assert_eq!(redactor.clean(line), line);
    }
    for (line, shown) in [
        ("PREV_TOKEN: correct horse battery", "PREV_TOKEN: ***"),
        ("PREV_TOKEN: must be hunter22", "PREV_TOKEN: ***"),
        ("PREV_TOKEN=default", "PREV_TOKEN=***"),
        (
            "PREV_TOKEN = env.str(\"PREV_TOKEN\", default=\"hunter22\")",
            "PREV_TOKEN = env.str(\"PREV_TOKEN\", default=\"***\")",
        ),
        ("PREV_TOKEN: z.string().default('hunter22'),", "PREV_TOKEN: ***"),
        (
            "prev_token: <%= ENV.fetch(\"PREV_TOKEN\", \"hunter22\") %>",
            "prev_token: <%= ENV.fetch(\"PREV_TOKEN\", \"***\") %>",
        ),
    ] {
        assert_eq!(redactor.clean(line), shown);
    }
}

#[test]
fn the_input_that_a_validator_did_not_accept_is_hidden() {
    let redactor = Redactor::new();
    redactor.register_name("API_KEY");
    redactor.register_name("DATABASE__PASSWORD");
    for (text, shown) in [
        (
            "api_key\n  Input should be a valid integer [type=int_parsing, input_value='mPq7Xz24Ab9kLw55RtY8', input_type=str]",
            "api_key\n  Input should be a valid integer [type=int_parsing, input_value='***', input_type=str]",
        ),
        (
            "settings.api_key\n  String should have at most 8 characters [type=x, input_value='a3f1c2d4e5b6...5b6c7d8e9f0', input_type=str]",
            "settings.api_key\n  String should have at most 8 characters [type=x, input_value='***', input_type=str]",
        ),
        (
            "api_key\n  Input should be a valid dictionary [type=x, input_value=Secret(raw=1), input_type=Secret]",
            "api_key\n  Input should be a valid dictionary [type=x, input_value=***, input_type=Secret]",
        ),
        (
            "port\n  Field required [type=missing, input_value={'api_key': 'mPq7Xz24A...': 'live0f9e8d7c6b5aZZ'}, input_type=dict]",
            "port\n  Field required [type=missing, input_value=***, input_type=dict]",
        ),
        (
            "port\n  Input should be a valid integer [type=int_parsing, input_value='eighty', input_type=str]",
            "port\n  Input should be a valid integer [type=int_parsing, input_value='eighty', input_type=str]",
        ),
        (
            "port\n  Field required [type=missing, input_value={'level': 'info'}, input_type=dict]",
            "port\n  Field required [type=missing, input_value={'level': 'info'}, input_type=dict]",
        ),
    ] {
        assert_eq!(redactor.clean(text), shown);
    }
}
