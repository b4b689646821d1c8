"""Access tokens for mail servers that take no password: Microsoft 365 and Google, each without a person signing in.

Both libraries keep a token until shortly before it ends; each call here may ask the provider, or not.
"""

import json
from collections.abc import Callable
from typing import cast

from app.settings.keeping import reveal
from app.settings.mail import GoogleOAuth, MicrosoftOAuth
from domain.errors import BulletinError

MICROSOFT_SCOPE = "https://outlook.office365.com/.default"
GOOGLE_SCOPE = "https://mail.google.com/"


class TokenError(BulletinError):
    """The provider gave no access token. Check the client's secret, its expiry and its permissions."""


def access_token(oauth: MicrosoftOAuth | GoogleOAuth, account: str) -> Callable[[], str]:
    """A function that gives a fresh access token for `account`'s mailbox; it raises TokenError."""
    match oauth:
        case MicrosoftOAuth():
            return _microsoft(oauth)
        case GoogleOAuth():
            return _google(oauth, account)


def _microsoft(oauth: MicrosoftOAuth) -> Callable[[], str]:
    import msal  # noqa: PLC0415 - slow to import, and few installations need it

    application = msal.ConfidentialClientApplication(
        oauth.client_id,
        authority=f"https://login.microsoftonline.com/{oauth.tenant}",
        client_credential=reveal(oauth.client_secret),
    )

    def token() -> str:
        answer = application.acquire_token_for_client(scopes=[MICROSOFT_SCOPE])
        if "access_token" not in answer:
            raise TokenError(f"Microsoft: {answer.get('error', 'no answer')}")
        return str(answer["access_token"])

    return token


def _google(oauth: GoogleOAuth, account: str) -> Callable[[], str]:
    from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415 - as above
    from google.auth.transport.requests import Request  # noqa: PLC0415 - as above
    from google.oauth2.service_account import Credentials  # noqa: PLC0415 - as above

    try:
        details = json.loads(reveal(oauth.account))
        from_info = cast("Callable[..., Credentials]", Credentials.from_service_account_info)
        credentials = from_info(details, scopes=[GOOGLE_SCOPE], subject=account)
    except ValueError:
        raise TokenError("Google: the service account's file is not a key in JSON") from None

    def token() -> str:
        if not credentials.valid:
            try:
                cast("Callable[[Request], None]", credentials.refresh)(Request())
            except GoogleAuthError as error:
                raise TokenError(f"Google: {type(error).__name__}") from None
        return str(credentials.token)

    return token
