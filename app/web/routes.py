"""The pages that a prospect sees."""

from flask import Blueprint

blueprint = Blueprint("web", __name__)
