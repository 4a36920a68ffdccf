"""Stock: ingredients with their lots and movements, purchases and suppliers."""
