"""Twilio: media stream, webhooks, REST."""
