"""Records of forecasting models."""
