"""Dash components and Plotly figures drawn from models. No SQL, no page ids."""
