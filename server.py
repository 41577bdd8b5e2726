"""The service for any ASGI server: `uvicorn server:app`. Settings come from the environment."""

from flowengine.service.app import create_app
from flowengine.service.settings import Settings

app = create_app(Settings.from_env())
